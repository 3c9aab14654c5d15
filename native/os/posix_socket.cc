// os/socket.h for all systems but Windows, as far as they agree: socket(7):
// https://man7.org/linux/man-pages/man7/socket.7.html
#include <cerrno>

#include "core/result.h"
#include "os/posix.h"
#include "os/socket.h"

long BindSocket(int fd, Address& address) { return OrErrno("bind", bind(fd, address.Get(), address.length)); }

long ListenSocket(int fd, int backlog) { return OrErrno("listen", listen(fd, backlog)); }

long ConnectSocket(int fd, Address& peer) { return OrErrno("connect", connect(fd, peer.Get(), peer.length)); }

long Recv(int fd, void* data, size_t size, int flags) { return OrErrno("recv", recv(fd, data, size, flags)); }

long SendTo(int fd, const void* data, size_t size, int flags, Address& receiver) {
  return OrErrno("sendto", sendto(fd, data, size, flags | kNoSignal, receiver.Get(), receiver.length));
}

const char* const kRecvMessageCall = "recvmsg";
const char* const kSendCall = "send";

long ShutdownSocket(int fd, int how) { return OrErrno("shutdown", shutdown(fd, how)); }

long GetOption(int fd, int level, int name, void* value, size_t size) {
  const socklen_t unit = OptionUnit(level, name);
  socklen_t length = static_cast<socklen_t>(size) / unit;
  // For a length of 0 the kernel returns the length of the filter, and writes nothing.
  if (unit > 1 && length == 0) return Failure("getsockopt", EINVAL);
  long result = OrErrno("getsockopt", getsockopt(fd, level, name, value, &length));
  return result < 0 ? result : static_cast<long>(length) * unit;
}

long SetOption(int fd, int level, int name, const void* value, size_t size) {
  return OrErrno("setsockopt", setsockopt(fd, level, name, value, static_cast<socklen_t>(size)));
}

long LocalAddress(int fd, Address& address) {
  return OrErrno("getsockname", getsockname(fd, address.Get(), address.Room()));
}

long PeerAddress(int fd, Address& address) {
  return OrErrno("getpeername", getpeername(fd, address.Get(), address.Room()));
}
