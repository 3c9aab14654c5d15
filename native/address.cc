// Socket addresses: ip(7), ipv6(7), unix(7): https://man7.org/linux/man-pages/man7/unix.7.html
#include "address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>

#include "core/modules.h"
#include "core/result.h"

namespace {

constexpr size_t kPathOffset = offsetof(sockaddr_un, sun_path);

// encodeInet(address, text, port): 0, or -EINVAL if text is not a numeric address. Does not look up names
Napi::Value EncodeInet(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 0);
  std::string text = info[1].As<Napi::String>();
  const uint32_t number = Uint(info, 2);
  // getaddrinfo(3) would ignore what follows a NUL byte.
  if (number > UINT16_MAX || text.find('\0') != std::string::npos) return Result(info.Env(), -EINVAL);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (getaddrinfo(text.c_str(), nullptr, &hints, &found) != 0) return Result(info.Env(), -EINVAL);
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.length = found->ai_addrlen;
  in_port_t port = htons(static_cast<uint16_t>(number));
  if (found->ai_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port = port;
  } else {
    reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port = port;
  }
  return Result(info.Env(), 0);
}

// encodeUnix(address, path): 0, or -ENAMETOOLONG. A path that starts with a NUL byte is an abstract name,
// which has no terminator. Any other path has one
Napi::Value EncodeUnix(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 0);
  Bytes path = View(info, 1);
  bool abstract = path.length > 0 && path.data[0] == 0;
  size_t end = path.length + (path.length == 0 || abstract ? 0 : 1);
  if (end > sizeof(sockaddr_un::sun_path)) return Result(info.Env(), -ENAMETOOLONG);
  address.storage = {};
  address.storage.ss_family = AF_UNIX;
  std::copy_n(path.data, path.length, reinterpret_cast<uint8_t*>(&address.storage) + kPathOffset);
  address.length = static_cast<socklen_t>(kPathOffset + end);
  return Result(info.Env(), 0);
}

Napi::Value DecodeUnix(Napi::Env env, const Address& address) {
  size_t length = address.length > kPathOffset ? address.length - kPathOffset : 0;
  length = std::min(length, sizeof(sockaddr_un::sun_path));
  const char* path = reinterpret_cast<const char*>(&address.storage) + kPathOffset;
  if (length > 0 && path[0] != 0) length = strnlen(path, length);
  return Napi::String::New(env, path, length);
}

// decodeAddress(address): [family, text, port]. text: the path for AF_UNIX
Napi::Value Decode(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Address& address = AddressAt(info, 0);
  if (address.length > sizeof address.storage) ThrowRangeError(env, "address expected");
  auto parts = Napi::Array::New(env, 3);
  // recvfrom(2) sets the length to 0 for an AF_UNIX peer without a name, and writes no family.
  int family = address.length < kPathOffset ? AF_UNIX : address.storage.ss_family;
  parts[0u] = family;
  parts[2u] = 0;
  if (family == AF_UNIX) {
    parts[1u] = DecodeUnix(env, address);
    return parts;
  }
  char text[NI_MAXHOST] = "";
  getnameinfo(address.Get(), address.length, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  parts[1u] = text;
  in_port_t port = family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port
                                      : reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port;
  parts[2u] = ntohs(port);
  return parts;
}

}  // namespace

void InitAddress(Napi::Object exports) {
  exports.Set("addressSize", static_cast<uint32_t>(sizeof(Address)));
  Export(exports, "encodeInet", EncodeInet);
  Export(exports, "encodeUnix", EncodeUnix);
  Export(exports, "decodeAddress", Decode);
}
