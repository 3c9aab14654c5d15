// Reading what JavaScript passed. The public methods in lib/ have checked every value, so nothing here
// is about good messages: a wrong type throws instead of being misread.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

inline int32_t Int(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Number>().Int32Value();
}

inline uint32_t Uint(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Number>().Uint32Value();
}

inline double Double(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Number>().DoubleValue();
}

// A borrowed view of a typed array: valid until control returns to JavaScript.
struct Bytes {
  uint8_t* data;
  size_t length;
};

inline Bytes View(const Napi::CallbackInfo& info, size_t index) {
  void* data = nullptr;
  size_t length = 0;
  // Takes any view of an ArrayBuffer, and counts in bytes.
  if (napi_get_buffer_info(info.Env(), info[index], &data, &length) != napi_ok) {
    throw Napi::TypeError::New(info.Env(), "typed array expected");
  }
  return {static_cast<uint8_t*>(data), length};
}
