// A socket address in JavaScript's memory: https://man7.org/linux/man-pages/man3/sockaddr.3type.html
#pragma once

#include "core/arguments.h"
#include "sockaddr.h"

inline Address& AddressAt(const Napi::CallbackInfo& info, size_t index) {
  return *ArrayOf<Address>(info, index, 1);
}
