// Reads the arguments of a call from JavaScript: https://nodejs.org/api/n-api.html#napi_get_cb_info
//
// The public methods in lib/ have checked every value, with better messages. These checks keep the addon
// memory-safe, whoever calls it.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <limits>

[[noreturn]] void ThrowRangeError(Napi::Env env, const char* message);

// Any number but NaN.
inline double Double(const Napi::CallbackInfo& info, size_t index) {
  double number = info[index].As<Napi::Number>().DoubleValue();
  if (number != number) ThrowRangeError(info.Env(), "number expected");
  return number;
}

inline bool Bool(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Boolean>().Value();
}

// A whole number in the range of T.
template <class T>
T Integer(const Napi::CallbackInfo& info, size_t index) {
  double number = Double(info, index);
  bool fits = number >= std::numeric_limits<T>::min() && number <= std::numeric_limits<T>::max();
  if (!fits || static_cast<double>(static_cast<T>(number)) != number) {
    ThrowRangeError(info.Env(), "whole number of 32 bits expected");
  }
  return static_cast<T>(number);
}

inline int32_t Int(const Napi::CallbackInfo& info, size_t index) { return Integer<int32_t>(info, index); }

inline uint32_t Uint(const Napi::CallbackInfo& info, size_t index) { return Integer<uint32_t>(info, index); }

// The memory of a typed array, valid until control returns to JavaScript.
struct Bytes {
  uint8_t* data;
  // In bytes.
  size_t length;
};

// Accepts a view of any element type.
Bytes View(const Napi::CallbackInfo& info, size_t index);

// A view as an array of T: a whole number of elements, aligned for T.
template <class T>
struct Array {
  Array(const Napi::CallbackInfo& info, size_t index) {
    Bytes view = View(info, index);
    bool aligned = reinterpret_cast<uintptr_t>(view.data) % alignof(T) == 0;
    if (!aligned || view.length % sizeof(T) != 0) ThrowRangeError(info.Env(), "aligned view expected");
    data = reinterpret_cast<T*>(view.data);
    length = view.length / sizeof(T);
  }

  T* data;
  // In elements.
  size_t length;
};

// An array of exactly length elements.
template <class T>
T* ArrayOf(const Napi::CallbackInfo& info, size_t index, size_t length) {
  Array<T> array(info, index);
  if (array.length != length) ThrowRangeError(info.Env(), "view of another length expected");
  return array.data;
}
