// What the files called windows share: sockets as numbers, and the errors of winsock:
// https://learn.microsoft.com/en-us/windows/win32/winsock/socket-data-type-2
#pragma once

#include "os/network.h"

// A socket is a handle, and those are multiples of 4. Windows ignores the lowest two bits of a handle, so any
// other number would be a second name of a socket.
inline SOCKET SocketOf(int fd) { return fd >= 0 && fd % 4 == 0 ? static_cast<SOCKET>(fd) : INVALID_SOCKET; }

// The number of a socket that call has just opened, which child processes do not inherit from now on. Closes
// it if it is no int, and returns -errno, as for INVALID_SOCKET.
long NumberOf(SOCKET socket, const char* call);

// The result of a call that has just failed: -errno, as Node counts it. fd: its socket, or -1.
long SocketFailure(const char* call, int fd);

// The result of a call of winsock that returns 0 if it has worked.
inline long OrSocketFailure(const char* call, int fd, int result) {
  return result == 0 ? 0 : SocketFailure(call, fd);
}

// The negative error number of Node for an error of winsock.
long NumberOfSocketError(int error);

// The SO_TYPE of a socket, -1 if it is none.
int TypeOf(SOCKET socket);
