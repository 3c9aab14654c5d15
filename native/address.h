// A socket address with its length, as the calls that read or write one need it. JavaScript holds it as
// an opaque Uint8Array of that size; only the functions of address.cc look inside.
#pragma once

#include <sys/socket.h>

#include "arguments.h"

struct Address {
  sockaddr_storage storage;
  socklen_t length;

  sockaddr* Get() { return reinterpret_cast<sockaddr*>(&storage); }
};

inline Address& AddressAt(const Napi::CallbackInfo& info, size_t index) {
  return *ArrayOf<Address>(info, index, 1);
}
