// The errors of winsock as those of errno(3), with the numbers that Node has for them:
// https://learn.microsoft.com/en-us/windows/win32/winsock/windows-sockets-error-codes-2
#include <uv/errno.h>

#include <cerrno>

#include "core/result.h"
#include "os/descriptor.h"
#include "os/error_number.h"
#include "os/winsock.h"

namespace {

constexpr int kNone = 0;

struct ErrorRow {
  // Of <cerrno>, or kNone.
  int posix;
  // Of winsock, or kNone.
  int winsock;
  // Of Node.
  int node;
};

constexpr ErrorRow kErrors[] = {
    {EACCES, WSAEACCES, UV__EACCES},
    {EADDRINUSE, WSAEADDRINUSE, UV__EADDRINUSE},
    {EADDRNOTAVAIL, WSAEADDRNOTAVAIL, UV__EADDRNOTAVAIL},
    {EAFNOSUPPORT, WSAEAFNOSUPPORT, UV__EAFNOSUPPORT},
    {EAFNOSUPPORT, WSAEPFNOSUPPORT, UV__EAFNOSUPPORT},
    {EAGAIN, WSAEWOULDBLOCK, UV__EAGAIN},
    {EALREADY, WSAEALREADY, UV__EALREADY},
    {EBADF, WSAEBADF, UV__EBADF},
    {EBADF, WSA_INVALID_HANDLE, UV__EBADF},
    {ECANCELED, WSA_OPERATION_ABORTED, UV__ECANCELED},
    {ECONNABORTED, WSAECONNABORTED, UV__ECONNABORTED},
    {ECONNREFUSED, WSAECONNREFUSED, UV__ECONNREFUSED},
    {ECONNRESET, WSAECONNRESET, UV__ECONNRESET},
    {ECONNRESET, WSAENETRESET, UV__ECONNRESET},
    {EDESTADDRREQ, WSAEDESTADDRREQ, UV__EDESTADDRREQ},
    {EFAULT, WSAEFAULT, UV__EFAULT},
    {EHOSTUNREACH, WSAEHOSTUNREACH, UV__EHOSTUNREACH},
    {EHOSTUNREACH, WSAEHOSTDOWN, UV__EHOSTUNREACH},
    // Node has no number for it.
    {EINPROGRESS, WSAEINPROGRESS, -EINPROGRESS},
    {EINTR, WSAEINTR, UV__EINTR},
    {EINVAL, WSAEINVAL, UV__EINVAL},
    {EINVAL, WSA_INVALID_PARAMETER, UV__EINVAL},
    {EISCONN, WSAEISCONN, UV__EISCONN},
    {ELOOP, WSAELOOP, UV__ELOOP},
    {EMFILE, WSAEMFILE, UV__EMFILE},
    {EMSGSIZE, WSAEMSGSIZE, UV__EMSGSIZE},
    {ENAMETOOLONG, WSAENAMETOOLONG, UV__ENAMETOOLONG},
    {ENETDOWN, WSAENETDOWN, UV__ENETDOWN},
    {ENETUNREACH, WSAENETUNREACH, UV__ENETUNREACH},
    {ENOBUFS, WSAENOBUFS, UV__ENOBUFS},
    {ENOMEM, WSA_NOT_ENOUGH_MEMORY, UV__ENOMEM},
    {ENOPROTOOPT, WSAENOPROTOOPT, UV__ENOPROTOOPT},
    {ENOSYS, kNone, UV__ENOSYS},
    {ENOTCONN, WSAENOTCONN, UV__ENOTCONN},
    {ENOTSOCK, WSAENOTSOCK, UV__ENOTSOCK},
    {ENOTSUP, WSAEOPNOTSUPP, UV__ENOTSUP},
    {EOPNOTSUPP, WSAEOPNOTSUPP, UV__ENOTSUP},
    // A call that sends after shutdown().
    {EPIPE, WSAESHUTDOWN, UV__EPIPE},
    {EPROTONOSUPPORT, WSAEPROTONOSUPPORT, UV__EPROTONOSUPPORT},
    {EPROTOTYPE, WSAEPROTOTYPE, UV__EPROTOTYPE},
    {kNone, WSAESOCKTNOSUPPORT, UV__ESOCKTNOSUPPORT},
    {ETIMEDOUT, WSAETIMEDOUT, UV__ETIMEDOUT},
};

}  // namespace

long ErrorNumber(int error) {
  for (const ErrorRow& row : kErrors) {
    if (row.posix == error) return row.node;
  }
  return -static_cast<long>(error);
}

long NumberOfSocketError(int error) {
  for (const ErrorRow& row : kErrors) {
    if (row.winsock == error) return row.node;
  }
  // Unknown to POSIX.
  return -static_cast<long>(error);
}

long SocketFailure(const char* call, int fd) {
  const int error = WSAGetLastError();
  // Winsock does not tell a handle that is closed from one that is no socket.
  const bool closed = error == WSAENOTSOCK && fd >= 0 && CheckOpen(fd) < 0;
  failed_call = call;
  return closed ? ErrorNumber(EBADF) : NumberOfSocketError(error);
}
