// Reading what JavaScript passed. The public methods in lib/ have checked every value, so nothing here is
// about good messages. But whoever else gets hold of the addon gets an exception, and nothing is misread.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <limits>

[[noreturn]] void ThrowRangeError(Napi::Env env, const char* message);

// Not NaN.
inline double Double(const Napi::CallbackInfo& info, size_t index) {
  double number = info[index].As<Napi::Number>().DoubleValue();
  if (number != number) ThrowRangeError(info.Env(), "number expected");
  return number;
}

inline bool Bool(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Boolean>().Value();
}

// A whole number that a T holds.
template <class T>
T Whole(const Napi::CallbackInfo& info, size_t index) {
  double number = Double(info, index);
  bool fits = number >= std::numeric_limits<T>::min() && number <= std::numeric_limits<T>::max();
  if (!fits || static_cast<double>(static_cast<T>(number)) != number) {
    ThrowRangeError(info.Env(), "whole number of 32 bits expected");
  }
  return static_cast<T>(number);
}

inline int32_t Int(const Napi::CallbackInfo& info, size_t index) { return Whole<int32_t>(info, index); }

inline uint32_t Uint(const Napi::CallbackInfo& info, size_t index) { return Whole<uint32_t>(info, index); }

// A borrowed view of a typed array: valid until control returns to JavaScript.
struct Bytes {
  uint8_t* data;
  size_t length;
};

// Takes any view of an ArrayBuffer, and counts in bytes.
Bytes View(const Napi::CallbackInfo& info, size_t index);

// The same, counted in elements: whole ones, at an address where a T may be.
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
  size_t length;
};

// An array of so many elements.
template <class T>
T* ArrayOf(const Napi::CallbackInfo& info, size_t index, size_t length) {
  Array<T> array(info, index);
  if (array.length != length) ThrowRangeError(info.Env(), "view of another length expected");
  return array.data;
}
