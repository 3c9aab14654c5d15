// A socket address and its length: sockaddr(3type): https://man7.org/linux/man-pages/man3/sockaddr.3type.html
#pragma once

#include <sys/socket.h>

#include "core/arguments.h"

// JavaScript holds it as an opaque Uint8Array of this size. Only address.cc looks inside.
struct Address {
  sockaddr_storage storage;
  // Of the part of storage that is in use.
  socklen_t length;

  sockaddr* Get() { return reinterpret_cast<sockaddr*>(&storage); }
};

inline Address& AddressAt(const Napi::CallbackInfo& info, size_t index) {
  return *ArrayOf<Address>(info, index, 1);
}
