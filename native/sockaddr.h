// A socket address and its length: sockaddr(3type): https://man7.org/linux/man-pages/man3/sockaddr.3type.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "os/network.h"

// JavaScript holds it as an opaque Uint8Array of this size. Only sockaddr.cc looks inside.
struct Address {
  sockaddr_storage storage;
  // Of the part of storage that is in use.
  socklen_t length;

  [[nodiscard]] size_t Length() const { return static_cast<size_t>(length); }

  sockaddr* Get() { return reinterpret_cast<sockaddr*>(&storage); }

  // The length, for a call that writes an address.
  socklen_t* Room() {
    length = sizeof storage;
    return &length;
  }
};

// What an address says. text: the path for AF_UNIX
struct AddressParts {
  int family;
  std::string text;
  uint16_t port;
};

// 0, or -EINVAL if text is not a numeric address or the port too large. Does not look up names.
long EncodeInet(Address& address, const std::string& text, uint32_t port);

// 0, or -ENAMETOOLONG. A path that starts with a NUL byte is an abstract name, which has no terminator. Any
// other path has one.
long EncodeUnix(Address& address, const uint8_t* path, size_t length);

// The address must not be longer than its storage.
AddressParts Decode(const Address& address);
