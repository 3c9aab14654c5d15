// Makes JavaScript functions: https://nodejs.org/api/n-api.html#napi_create_function
#include "core/modules.h"

#include "core/callback.h"

void Export(Napi::Object exports, const char* name, Napi::Value (*function)(const Napi::CallbackInfo& info)) {
  Export(exports, name, Callback<Napi::Value>, reinterpret_cast<void*>(function));
}

void Export(Napi::Object exports, const char* name, void (*function)(const Napi::CallbackInfo& info)) {
  Export(exports, name, Callback<void>, reinterpret_cast<void*>(function));
}

void Export(Napi::Object exports, const char* name, napi_callback function, void* data) {
  Napi::Env env = exports.Env();
  napi_value value = nullptr;
  napi_status status = napi_create_function(env, name, NAPI_AUTO_LENGTH, function, data, &value);
  NAPI_THROW_IF_FAILED_VOID(env, status);
  exports.Set(name, value);
}
