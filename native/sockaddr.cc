// Socket addresses: ip(7), ipv6(7), unix(7): https://man7.org/linux/man-pages/man7/unix.7.html
#include "sockaddr.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace {

constexpr size_t kPathOffset = offsetof(sockaddr_un, sun_path);

std::string PathOf(const Address& address) {
  size_t length = address.Length() > kPathOffset ? address.Length() - kPathOffset : 0;
  length = std::min(length, sizeof(sockaddr_un::sun_path));
  const char* path = reinterpret_cast<const char*>(&address.storage) + kPathOffset;
  if (length > 0 && path[0] != 0) length = strnlen(path, length);
  return {path, length};
}

}  // namespace

long EncodeInet(Address& address, const std::string& text, uint32_t port) {
  // getaddrinfo(3) would ignore what follows a NUL byte.
  if (port > UINT16_MAX || text.find('\0') != std::string::npos) return -EINVAL;
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (getaddrinfo(text.c_str(), nullptr, &hints, &found) != 0) return -EINVAL;
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.length = static_cast<socklen_t>(found->ai_addrlen);
  const uint16_t number = htons(static_cast<uint16_t>(port));
  if (found->ai_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port = number;
  } else {
    reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port = number;
  }
  return 0;
}

long EncodeUnix(Address& address, const uint8_t* path, size_t length) {
  bool abstract = length > 0 && path[0] == 0;
  size_t end = length + (length == 0 || abstract ? 0 : 1);
  if (end > sizeof(sockaddr_un::sun_path)) return -ENAMETOOLONG;
  address.storage = {};
  address.storage.ss_family = AF_UNIX;
  std::copy_n(path, length, reinterpret_cast<uint8_t*>(&address.storage) + kPathOffset);
  address.length = static_cast<socklen_t>(kPathOffset + end);
  return 0;
}

AddressParts Decode(const Address& address) {
  // recvfrom(2) sets the length to 0 for an AF_UNIX peer without a name, and writes no family.
  const int family = address.Length() < kPathOffset ? AF_UNIX : address.storage.ss_family;
  if (family == AF_UNIX) return {family, PathOf(address), 0};
  const auto* generic = reinterpret_cast<const sockaddr*>(&address.storage);
  char text[NI_MAXHOST] = "";
  getnameinfo(generic, address.length, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  const uint16_t port = family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(generic)->sin6_port
                                           : reinterpret_cast<const sockaddr_in*>(generic)->sin_port;
  return {family, text, ntohs(port)};
}
