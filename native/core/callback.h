// The callback of every function of the addon: https://nodejs.org/api/n-api.html#napi_callback
//
// They share it, as the code around a call is larger than most calls. The data of a JavaScript function is
// the function of the addon.
#pragma once

#include <napi.h>

#include <type_traits>

template <class R>
napi_value Callback(napi_env env, napi_callback_info callback_info) {
  try {
    Napi::CallbackInfo info(env, callback_info);
    auto* function = reinterpret_cast<R (*)(const Napi::CallbackInfo&)>(info.Data());
    if constexpr (std::is_void_v<R>) {
      function(info);
      return nullptr;
    } else {
      return function(info);
    }
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
    return nullptr;
  }
}
