// os/descriptor.h for Windows, where only sockets are descriptors:
// https://learn.microsoft.com/en-us/windows/win32/api/winsock2/nf-winsock2-wsaduplicatesocketw
#include <cerrno>
#include <climits>

#include "core/result.h"
#include "os/descriptor.h"
#include "os/os.h"
#include "os/socket.h"
#include "os/winsock.h"

long NumberOf(SOCKET socket, const char* call) {
  if (socket == INVALID_SOCKET) return SocketFailure(call, -1);
  if (socket > INT_MAX) {
    closesocket(socket);
    return Failure(call, EMFILE);
  }
  SetHandleInformation(reinterpret_cast<HANDLE>(socket), HANDLE_FLAG_INHERIT, 0);
  return static_cast<long>(socket);
}

int TypeOf(SOCKET socket) {
  int type = -1;
  int length = sizeof type;
  return getsockopt(socket, SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &length) == 0 ? type : -1;
}

const bool kOnlySockets = true;

long CloseDescriptor(int fd) { return OrSocketFailure("closesocket", fd, closesocket(SocketOf(fd))); }

long DuplicateDescriptor(int fd, int /*lowest*/) {
  WSAPROTOCOL_INFOW info{};
  if (WSADuplicateSocketW(SocketOf(fd), GetCurrentProcessId(), &info) != 0) {
    return SocketFailure("WSADuplicateSocketW", fd);
  }
  const DWORD flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
  return NumberOf(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, flags),
                  "WSASocketW");
}

long SetBlocking(int fd, bool blocking) {
  u_long mode = blocking ? 0 : 1;
  return OrSocketFailure("ioctlsocket", fd, ioctlsocket(SocketOf(fd), FIONBIO, &mode));
}

long ReadDescriptor(int fd, void* data, size_t size) { return Recv(fd, data, size, 0); }

long WriteDescriptor(int fd, const void* data, size_t size) { return Send(fd, data, size, 0); }

long CheckOpen(int fd) {
  DWORD flags = 0;
  const auto handle = reinterpret_cast<HANDLE>(SocketOf(fd));
  if (fd % 4 == 0 && GetHandleInformation(handle, &flags) != 0) return 0;
  return Failure("GetHandleInformation", EBADF);
}

long CheckWatchable(int fd) {
  if (TypeOf(SocketOf(fd)) >= 0) return 0;
  return CheckOpen(fd) < 0 ? ErrorNumber(EBADF) : Failure("getsockopt", ENOTSOCK);
}

FileIdentity IdentityOf(int fd) {
  using State = FileIdentity::State;
  const SOCKET socket = SocketOf(fd);
  const int type = TypeOf(socket);
  // closesocket would refuse anything but a socket.
  if (type < 0) return {State::kClosed};
  Address address{};
  if (LocalAddress(fd, address) < 0) return {State::kUnknown};
  const AddressParts parts = Decode(address);
  const auto kind = static_cast<uint64_t>(parts.family) << 32 | static_cast<uint32_t>(type);
  // Once a socket has a port, it keeps it.
  return {State::kKnown, kind, parts.port};
}
