// Constants of the system's headers: select(2), socket(7):
// https://man7.org/linux/man-pages/man7/socket.7.html
#include "core/constants.h"

#include "core/modules.h"
#include "os/network.h"
#include "os/os.h"

namespace {

constexpr Constant kEverywhere[] = {
    {"FD_SETSIZE", FD_SETSIZE},
    {"AF_UNIX", AF_UNIX},
    {"AF_INET", AF_INET},
    {"AF_INET6", AF_INET6},
    {"SOCK_STREAM", SOCK_STREAM},
    {"SOCK_DGRAM", SOCK_DGRAM},
    {"SOCK_SEQPACKET", SOCK_SEQPACKET},
    {"SOL_SOCKET", SOL_SOCKET},
    {"SO_ACCEPTCONN", SO_ACCEPTCONN},
    {"SO_BROADCAST", SO_BROADCAST},
    {"SO_ERROR", SO_ERROR},
    {"SO_KEEPALIVE", SO_KEEPALIVE},
    {"SO_LINGER", SO_LINGER},
    {"SO_OOBINLINE", SO_OOBINLINE},
    {"SO_RCVBUF", SO_RCVBUF},
    {"SO_RCVLOWAT", SO_RCVLOWAT},
    {"SO_REUSEADDR", SO_REUSEADDR},
    {"SO_SNDBUF", SO_SNDBUF},
    {"SO_TYPE", SO_TYPE},
    {"IPPROTO_IP", IPPROTO_IP},
    {"IPPROTO_IPV6", IPPROTO_IPV6},
    {"IPPROTO_TCP", IPPROTO_TCP},
    {"IPPROTO_UDP", IPPROTO_UDP},
    {"IPV6_V6ONLY", IPV6_V6ONLY},
    {"TCP_NODELAY", TCP_NODELAY},
    {"MSG_OOB", MSG_OOB},
    {"MSG_PEEK", MSG_PEEK},
    {"MSG_WAITALL", MSG_WAITALL},
    {"SOMAXCONN", SOMAXCONN},
};

}  // namespace

void InitConstants(Napi::Object exports) {
  auto constants = Napi::Object::New(exports.Env());
  AddConstants(constants, kEverywhere);
  AddSystemConstants(constants);
  exports.Set("constants", constants);
}
