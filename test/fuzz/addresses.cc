// Fuzzes socket addresses: inet_pton(3) and the round trip are the reference:
// https://man7.org/linux/man-pages/man3/inet_pton.3.html
#include <arpa/inet.h>
#include <fuzzer/FuzzedDataProvider.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "check.h"
#include "sockaddr.h"

namespace {

// An address with rubbish in its memory, as JavaScript may pass it.
Address Rubbish() {
  Address address{};
  std::memset(&address, 0xa5, sizeof address);
  return address;
}

void CheckInet(const std::string& text, uint32_t port) {
  Address address = Rubbish();
  const long result = EncodeInet(address, text, port);
  Check(result == 0 || result == -EINVAL, "EncodeInet returns something else");
  uint8_t binary[sizeof(in6_addr)];
  const bool has_nul = text.find('\0') != std::string::npos;
  const int family = has_nul                                          ? AF_UNSPEC
                     : inet_pton(AF_INET, text.c_str(), binary) == 1  ? AF_INET
                     : inet_pton(AF_INET6, text.c_str(), binary) == 1 ? AF_INET6
                                                                      : AF_UNSPEC;
  if (port > UINT16_MAX || has_nul) Check(result == -EINVAL, "EncodeInet takes what is no address");
  if (family != AF_UNSPEC && port <= UINT16_MAX) {
    Check(result == 0 && address.storage.ss_family == family, "EncodeInet refuses an address");
    const void* encoded =
        family == AF_INET ? static_cast<void*>(&reinterpret_cast<sockaddr_in*>(&address.storage)->sin_addr)
                          : &reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_addr;
    Check(std::memcmp(encoded, binary, family == AF_INET ? 4 : 16) == 0,
          "EncodeInet encodes another address");
  }
  if (result != 0) return;
  const AddressParts parts = Decode(address);
  Check(parts.family == address.storage.ss_family && parts.port == port,
        "Decode finds another family or port");
  Address again = Rubbish();
  Check(EncodeInet(again, parts.text, parts.port) == 0, "EncodeInet refuses what Decode returned");
  Check(again.length == address.length && std::memcmp(&again.storage, &address.storage, address.length) == 0,
        "the address is not the same after a round trip");
}

void CheckUnix(const std::vector<uint8_t>& path) {
  Address address = Rubbish();
  const long result = EncodeUnix(address, path.data(), path.size());
  const bool is_abstract = !path.empty() && path[0] == 0;
  const size_t most = sizeof(sockaddr_un::sun_path) - (path.empty() || is_abstract ? 0 : 1);
  Check(result == (path.size() > most ? -ENAMETOOLONG : 0), "EncodeUnix is wrong about the length");
  if (result != 0) return;
  const AddressParts parts = Decode(address);
  Check(parts.family == AF_UNIX && parts.port == 0, "Decode finds another family or a port");
  // The kernel ends a path in the file system at the first NUL byte.
  const auto end = is_abstract ? path.end() : std::find(path.begin(), path.end(), 0);
  Check(parts.text == std::string(path.begin(), end), "the path is not the same after a round trip");
}

// Whatever is in the memory, Decode reads nothing outside it and says something sensible.
void CheckDecode(const std::vector<uint8_t>& rubbish, size_t length) {
  Address address = Rubbish();
  std::copy_n(rubbish.data(), std::min(rubbish.size(), sizeof address.storage),
              reinterpret_cast<uint8_t*>(&address.storage));
  address.length = static_cast<socklen_t>(std::min(length, sizeof address.storage));
  const AddressParts parts = Decode(address);
  if (parts.family == AF_UNIX) {
    Check(parts.text.size() <= sizeof(sockaddr_un::sun_path), "a path longer than its memory");
    Check(parts.port == 0, "a path with a port");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  FuzzedDataProvider data(bytes, size);
  const auto kind = data.ConsumeIntegralInRange(0, 2);
  const auto number = data.ConsumeIntegralInRange<uint32_t>(0, UINT16_MAX + 9);
  const auto rest = data.ConsumeRemainingBytes<uint8_t>();
  if (kind == 0) CheckInet({rest.begin(), rest.end()}, number);
  if (kind == 1) CheckUnix(rest);
  if (kind == 2) CheckDecode(rest, number % (sizeof(sockaddr_storage) + 1));
  return 0;
}
