// os/socket.h over winsock: https://learn.microsoft.com/en-us/windows/win32/api/winsock2/
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "core/result.h"
#include "os/descriptor.h"
#include "os/socket.h"
#include "os/winsock.h"

namespace {

// Winsock counts in ints.
int Length(size_t size) { return static_cast<int>(std::min<size_t>(size, INT_MAX)); }

char* Chars(void* data) { return static_cast<char*>(data); }
const char* Chars(const void* data) { return static_cast<const char*>(data); }

// SIO_UDP_CONNRESET, which MinGW's headers lack.
constexpr DWORD kUdpConnReset = _WSAIOW(IOC_VENDOR, 12);

// Whether recvfrom fails once the peer of a datagram was unreachable. POSIX knows this of connected sockets
// only.
void ReportUnreachable(SOCKET socket, bool report) {
  BOOL value = report ? TRUE : FALSE;
  DWORD size = 0;
  WSAIoctl(socket, kUdpConnReset, &value, sizeof value, nullptr, 0, &size, nullptr, nullptr);
}

// The result of a call that receives: the number of bytes, or its failure.
long Received(const char* call, int fd, int result, size_t size, bool& truncated) {
  if (result >= 0) return result;
  const int error = WSAGetLastError();
  truncated = error == WSAEMSGSIZE;
  // The datagram was longer, and fills the buffer.
  if (truncated) return Length(size);
  // After shutdown('read').
  if (error == WSAESHUTDOWN) return 0;
  // An answer of the network to an earlier datagram.
  if (error == WSAECONNRESET && TypeOf(SocketOf(fd)) == SOCK_DGRAM) return Failure(call, ECONNREFUSED);
  if (error == WSAECONNABORTED) return Failure(call, ECONNRESET);
  WSASetLastError(error);
  return SocketFailure(call, fd);
}

// The result of a call that sends.
long Sent(const char* call, int fd, int result) {
  if (result >= 0) return result;
  // For POSIX only a connection that waits to be accepted can be aborted.
  if (WSAGetLastError() == WSAECONNABORTED) return Failure(call, ECONNRESET);
  return SocketFailure(call, fd);
}

}  // namespace

long OpenSocket(int family, int type, int protocol) {
  const DWORD flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
  const long fd = NumberOf(WSASocketW(family, type, protocol, nullptr, 0, flags), "WSASocketW");
  if (fd >= 0 && type == SOCK_DGRAM) ReportUnreachable(SocketOf(static_cast<int>(fd)), false);
  return fd;
}

long AcceptSocket(int fd, Address& peer) {
  const SOCKET socket = accept(SocketOf(fd), peer.Get(), peer.Room());
  // The peer has gone already.
  if (socket == INVALID_SOCKET && WSAGetLastError() == WSAECONNRESET) return Failure("accept", ECONNABORTED);
  return socket == INVALID_SOCKET ? SocketFailure("accept", fd) : NumberOf(socket, "accept");
}

long BindSocket(int fd, Address& address) {
  return OrSocketFailure("bind", fd, bind(SocketOf(fd), address.Get(), address.length));
}

long ListenSocket(int fd, int backlog) {
  const SOCKET socket = SocketOf(fd);
  if (listen(socket, backlog) == 0) return 0;
  Address any{};
  // POSIX gives a socket a free port if it has none yet.
  const bool unbound = WSAGetLastError() == WSAEINVAL && LocalAddress(fd, any) == 0 && Decode(any).port == 0;
  if (!unbound) return SocketFailure("listen", fd);
  const long result = BindSocket(fd, any);
  return result < 0 ? result : OrSocketFailure("listen", fd, listen(socket, backlog));
}

long ConnectSocket(int fd, Address& peer) {
  const SOCKET socket = SocketOf(fd);
  if (connect(socket, peer.Get(), peer.length) == 0) {
    if (TypeOf(socket) == SOCK_DGRAM) ReportUnreachable(socket, true);
    return 0;
  }
  return WSAGetLastError() == WSAEWOULDBLOCK ? Failure("connect", EINPROGRESS) : SocketFailure("connect", fd);
}

long Recv(int fd, void* data, size_t size, int flags) {
  bool truncated = false;
  return RecvMessage(fd, data, size, flags, truncated);
}

long RecvMessage(int fd, void* data, size_t size, int flags, bool& truncated) {
  const int result = recv(SocketOf(fd), Chars(data), Length(size), flags);
  return Received("recv", fd, result, size, truncated);
}

const char* const kRecvMessageCall = "recv";
const char* const kSendCall = "send";

long RecvFrom(int fd, void* data, size_t size, int flags, Address& sender) {
  bool truncated = false;
  sender.storage.ss_family = AF_UNSPEC;
  const int count = recvfrom(SocketOf(fd), Chars(data), Length(size), flags, sender.Get(), sender.Room());
  const long result = Received("recvfrom", fd, count, size, truncated);
  // As for a stream, whose sender is known.
  if (sender.storage.ss_family == AF_UNSPEC) sender.length = 0;
  return truncated ? result + 1 : result;
}

long Send(int fd, const void* data, size_t size, int flags) {
  return Sent("send", fd, send(SocketOf(fd), Chars(data), Length(size), flags));
}

long SendTo(int fd, const void* data, size_t size, int flags, Address& receiver) {
  const int result = sendto(SocketOf(fd), Chars(data), Length(size), flags, receiver.Get(),
                            static_cast<int>(receiver.length));
  return Sent("sendto", fd, result);
}

long ShutdownSocket(int fd, int how) { return OrSocketFailure("shutdown", fd, shutdown(SocketOf(fd), how)); }

long GetOption(int fd, int level, int name, void* value, size_t size) {
  int length = Length(size);
  const int result = getsockopt(SocketOf(fd), level, name, Chars(value), &length);
  if (result != 0) return SocketFailure("getsockopt", fd);
  int error = 0;
  if (level == SOL_SOCKET && name == SO_ERROR && length == sizeof error) {
    // As the number that an error has in Node.
    std::memcpy(&error, value, sizeof error);
    if (error != 0) error = static_cast<int>(-NumberOfSocketError(error));
    std::memcpy(value, &error, sizeof error);
  }
  return length;
}

long SetOption(int fd, int level, int name, const void* value, size_t size) {
  return OrSocketFailure("setsockopt", fd, setsockopt(SocketOf(fd), level, name, Chars(value), Length(size)));
}

long LocalAddress(int fd, Address& address) {
  const SOCKET socket = SocketOf(fd);
  if (getsockname(socket, address.Get(), address.Room()) == 0) return 0;
  if (WSAGetLastError() != WSAEINVAL) return SocketFailure("getsockname", fd);
  // Without a local address yet. POSIX returns the one that stands for any.
  WSAPROTOCOL_INFOW info{};
  int length = sizeof info;
  const int result =
      getsockopt(socket, SOL_SOCKET, SO_PROTOCOL_INFOW, reinterpret_cast<char*>(&info), &length);
  if (result != 0) return SocketFailure("getsockopt", fd);
  address.storage = {};
  address.storage.ss_family = static_cast<ADDRESS_FAMILY>(info.iAddressFamily);
  address.length = static_cast<socklen_t>(info.iMinSockAddr);
  return 0;
}

long PeerAddress(int fd, Address& address) {
  return OrSocketFailure("getpeername", fd, getpeername(SocketOf(fd), address.Get(), address.Room()));
}
