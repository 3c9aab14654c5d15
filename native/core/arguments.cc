// Reads typed arrays: https://nodejs.org/api/n-api.html#napi_get_buffer_info
#include "core/arguments.h"

void ThrowRangeError(Napi::Env env, const char* message) { throw Napi::RangeError::New(env, message); }

Bytes View(const Napi::CallbackInfo& info, size_t index) {
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_buffer_info(info.Env(), info[index], &data, &length) != napi_ok) {
    throw Napi::TypeError::New(info.Env(), "typed array expected");
  }
  return {static_cast<uint8_t*>(data), length};
}
