// Constants with the kernel's names and values, read from its headers when the addon is built:
// https://man7.org/linux/man-pages/man2/poll.2.html, epoll_ctl(2), socket(7)
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "modules.h"
#include "platform.h"

#if IO_SELECTORS_LINUX
#include <sys/epoll.h>
#endif

namespace {

struct Constant {
  const char* name;
  uint32_t value;
};

constexpr Constant kPoll[] = {
    {"FD_SETSIZE", FD_SETSIZE}, {"POLLIN", POLLIN},         {"POLLPRI", POLLPRI},
    {"POLLOUT", POLLOUT},       {"POLLERR", POLLERR},       {"POLLHUP", POLLHUP},
    {"POLLNVAL", POLLNVAL},     {"POLLRDNORM", POLLRDNORM}, {"POLLRDBAND", POLLRDBAND},
    {"POLLWRNORM", POLLWRNORM}, {"POLLWRBAND", POLLWRBAND},
};

#if IO_SELECTORS_LINUX
constexpr Constant kLinux[] = {
    // glibc's poll.h hides these two from strict programs.
    {"POLLMSG", 0x400},
    {"POLLRDHUP", 0x2000},
    {"EPOLLIN", EPOLLIN},
    {"EPOLLPRI", EPOLLPRI},
    {"EPOLLOUT", EPOLLOUT},
    {"EPOLLERR", EPOLLERR},
    {"EPOLLHUP", EPOLLHUP},
    {"EPOLLRDHUP", EPOLLRDHUP},
    {"EPOLLRDNORM", EPOLLRDNORM},
    {"EPOLLRDBAND", EPOLLRDBAND},
    {"EPOLLWRNORM", EPOLLWRNORM},
    {"EPOLLWRBAND", EPOLLWRBAND},
    {"EPOLLMSG", EPOLLMSG},
    {"EPOLLET", EPOLLET},
    {"EPOLLONESHOT", EPOLLONESHOT},
    {"EPOLLEXCLUSIVE", EPOLLEXCLUSIVE},
    {"EPOLLWAKEUP", EPOLLWAKEUP},
    {"EPOLL_CTL_ADD", EPOLL_CTL_ADD},
    {"EPOLL_CTL_MOD", EPOLL_CTL_MOD},
    {"EPOLL_CTL_DEL", EPOLL_CTL_DEL},
    {"EPOLL_CLOEXEC", EPOLL_CLOEXEC},
};
#endif

constexpr Constant kSocket[] = {
    {"AF_UNIX", AF_UNIX},           {"AF_INET", AF_INET},
    {"AF_INET6", AF_INET6},         {"SOCK_STREAM", SOCK_STREAM},
    {"SOCK_DGRAM", SOCK_DGRAM},     {"SOCK_SEQPACKET", SOCK_SEQPACKET},
    {"SOL_SOCKET", SOL_SOCKET},     {"SO_ACCEPTCONN", SO_ACCEPTCONN},
    {"SO_BROADCAST", SO_BROADCAST}, {"SO_ERROR", SO_ERROR},
    {"SO_KEEPALIVE", SO_KEEPALIVE}, {"SO_LINGER", SO_LINGER},
    {"SO_OOBINLINE", SO_OOBINLINE}, {"SO_RCVBUF", SO_RCVBUF},
    {"SO_RCVLOWAT", SO_RCVLOWAT},   {"SO_REUSEADDR", SO_REUSEADDR},
    {"SO_REUSEPORT", SO_REUSEPORT}, {"SO_SNDBUF", SO_SNDBUF},
    {"SO_TYPE", SO_TYPE},           {"IPPROTO_IP", IPPROTO_IP},
    {"IPPROTO_IPV6", IPPROTO_IPV6}, {"IPPROTO_TCP", IPPROTO_TCP},
    {"IPPROTO_UDP", IPPROTO_UDP},   {"IPV6_V6ONLY", IPV6_V6ONLY},
    {"TCP_NODELAY", TCP_NODELAY},   {"MSG_DONTWAIT", MSG_DONTWAIT},
    {"MSG_OOB", MSG_OOB},           {"MSG_PEEK", MSG_PEEK},
    {"MSG_TRUNC", MSG_TRUNC},       {"MSG_WAITALL", MSG_WAITALL},
    {"SOMAXCONN", SOMAXCONN},
};

template <size_t size>
void Add(Napi::Object constants, const Constant (&table)[size]) {
  for (const Constant& constant : table) constants.Set(constant.name, constant.value);
}

}  // namespace

void InitConstants(Napi::Env env, Napi::Object exports) {
  auto constants = Napi::Object::New(env);
  Add(constants, kPoll);
#if IO_SELECTORS_LINUX
  Add(constants, kLinux);
#endif
  Add(constants, kSocket);
  exports.Set("constants", constants);
}
