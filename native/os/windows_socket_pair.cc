// socketpair(2) by sockets of the loopback interface, which every program of the machine can send to:
// https://learn.microsoft.com/en-us/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse
#include <cerrno>

#include "core/result.h"
#include "os/descriptor.h"
#include "os/error_number.h"
#include "os/os.h"
#include "os/socket.h"
#include "os/winsock.h"

namespace {

// Closes a socket unless it is released. A negative number is the -errno of what should have opened it.
class Owned {
 public:
  explicit Owned(long fd) : fd_(static_cast<int>(fd)) {}
  Owned(Owned&& other) noexcept : fd_(other.Release()) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (fd_ >= 0) closesocket(SocketOf(fd_));
  }

  [[nodiscard]] int Get() const { return fd_; }

  int Release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_;
};

long Enable(int fd, int level, int name) {
  const BOOL yes = TRUE;
  return SetOption(fd, level, name, &yes, sizeof yes);
}

// A socket with a port of its own, which no other program can take, not even with SO_REUSEADDR.
Owned OpenBound(int type) {
  Owned socket(OpenSocket(AF_INET, type, 0));
  if (socket.Get() < 0) return socket;
  Address loopback{};
  EncodeInet(loopback, "127.0.0.1", 0);
  long result = Enable(socket.Get(), SOL_SOCKET, SO_EXCLUSIVEADDRUSE);
  if (result == 0) result = BindSocket(socket.Get(), loopback);
  return result < 0 ? Owned(result) : std::move(socket);
}

long ConnectTo(int fd, int other) {
  Address address{};
  const long result = LocalAddress(other, address);
  return result < 0 ? result : ConnectSocket(fd, address);
}

bool IsSame(const Address& one, const Address& other) {
  const AddressParts a = Decode(one);
  const AddressParts b = Decode(other);
  return a.family == b.family && a.text == b.text && a.port == b.port;
}

// Waits until listener has a connection to accept: 0, or -errno.
long AwaitConnection(int listener) {
  // The connection has been made, so it is about to appear.
  timeval patience = {10, 0};
  fd_set listeners;
  FD_ZERO(&listeners);
  FD_SET(SocketOf(listener), &listeners);
  const int count = select(0, &listeners, nullptr, nullptr, &patience);
  if (count == SOCKET_ERROR) return SocketFailure("select", listener);
  return count == 0 ? Failure("accept", ETIMEDOUT) : 0;
}

// Accepts the connection of this socket, and drops those of strangers.
long AcceptFrom(int listener, int connected) {
  Address expected{};
  if (const long result = LocalAddress(connected, expected); result < 0) return result;
  for (;;) {
    if (const long result = AwaitConnection(listener); result < 0) return result;
    Address peer{};
    Owned accepted(AcceptSocket(listener, peer));
    // A stranger that has gone already.
    if (accepted.Get() == ErrorNumber(ECONNABORTED)) continue;
    if (accepted.Get() < 0 || IsSame(peer, expected)) return accepted.Release();
  }
}

long OpenStreams(int fds[2]) {
  const Owned listener = OpenBound(SOCK_STREAM);
  if (listener.Get() < 0) return listener.Get();
  Owned first = OpenBound(SOCK_STREAM);
  if (first.Get() < 0) return first.Get();
  long result = ListenSocket(listener.Get(), SOMAXCONN);
  if (result == 0) result = ConnectTo(first.Get(), listener.Get());
  if (result < 0) return result;
  Owned second(AcceptFrom(listener.Get(), first.Get()));
  if (second.Get() < 0) return second.Get();
  // A short message must not wait until an earlier one is acknowledged.
  result = Enable(first.Get(), IPPROTO_TCP, TCP_NODELAY);
  if (result == 0) result = Enable(second.Get(), IPPROTO_TCP, TCP_NODELAY);
  if (result < 0) return result;
  fds[0] = first.Release();
  fds[1] = second.Release();
  return 0;
}

// Discards what strangers sent before the socket was connected.
long Drain(int fd) {
  long result = SetBlocking(fd, false);
  char nothing[1];
  while (result >= 0) result = Recv(fd, nothing, sizeof nothing, 0);
  return result == ErrorNumber(EAGAIN) ? 0 : result;
}

long OpenDatagrams(int fds[2]) {
  Owned first = OpenBound(SOCK_DGRAM);
  if (first.Get() < 0) return first.Get();
  Owned second = OpenBound(SOCK_DGRAM);
  if (second.Get() < 0) return second.Get();
  long result = ConnectTo(first.Get(), second.Get());
  if (result == 0) result = ConnectTo(second.Get(), first.Get());
  if (result == 0) result = Drain(first.Get());
  if (result == 0) result = Drain(second.Get());
  if (result < 0) return result;
  fds[0] = first.Release();
  fds[1] = second.Release();
  return 0;
}

}  // namespace

long OpenSocketPair(int fds[2], int type, bool blocking) {
  if (type != SOCK_STREAM && type != SOCK_DGRAM) return Failure("WSASocketW", EOPNOTSUPP);
  long result = type == SOCK_STREAM ? OpenStreams(fds) : OpenDatagrams(fds);
  if (result < 0) return result;
  for (int i = 0; result == 0 && i < 2; ++i) result = SetBlocking(fds[i], blocking);
  for (int i = 0; result < 0 && i < 2; ++i) closesocket(SocketOf(fds[i]));
  return result;
}

// Of a stream, TCP may hold data back, which would wake once more after the rest was read. A datagram that
// finds the receiver full is dropped, but then it is readable.
long OpenWakePair(int fds[2]) { return OpenSocketPair(fds, SOCK_DGRAM, false); }

long OpenWakeDescriptors(int fds[2]) { return OpenWakePair(fds); }
