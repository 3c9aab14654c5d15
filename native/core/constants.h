// Constants of the system's headers: see native/constants.cc.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

struct Constant {
  const char* name;
  int64_t value;
};

template <size_t size>
void AddConstants(Napi::Object constants, const Constant (&table)[size]) {
  for (const Constant& constant : table) constants.Set(constant.name, static_cast<double>(constant.value));
}
