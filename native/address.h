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
  Bytes view = View(info, index);
  if (view.length != sizeof(Address)) throw Napi::TypeError::New(info.Env(), "address expected");
  return *reinterpret_cast<Address*>(view.data);
}
