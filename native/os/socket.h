// Calls on sockets, with the meaning that POSIX gives them: socket(7):
// https://man7.org/linux/man-pages/man7/socket.7.html
//
// All return -errno if they fail, and leave open nothing that they opened.
#pragma once

#include <cstddef>

#include "sockaddr.h"

// New sockets are CLOEXEC, which is not inheritable on Windows.

// type: without flags.
long OpenSocket(int family, int type, int protocol);

// Two connected sockets: AF_UNIX ones, or on Windows ones of the loopback interface.
long OpenSocketPair(int fds[2], int type, bool blocking);

// The new socket has the blocking mode of the listener.
long AcceptSocket(int fd, Address& peer);

long BindSocket(int fd, Address& address);

long ListenSocket(int fd, int backlog);

long ConnectSocket(int fd, Address& peer);

long Recv(int fd, void* data, size_t size, int flags);

// Never raises SIGPIPE.
long Send(int fd, const void* data, size_t size, int flags);

// More than size if a datagram was truncated.
long RecvFrom(int fd, void* data, size_t size, int flags, Address& sender);

// Never raises SIGPIPE.
long SendTo(int fd, const void* data, size_t size, int flags, Address& receiver);

// For message lists: recvmsg(2). truncated: whether a datagram was.
long RecvMessage(int fd, void* data, size_t size, int flags, bool& truncated);

// The system calls that RecvMessage and Send make.
extern const char* const kRecvMessageCall;
extern const char* const kSendCall;

long ShutdownSocket(int fd, int how);

// The number of bytes written to value.
long GetOption(int fd, int level, int name, void* value, size_t size);

long SetOption(int fd, int level, int name, const void* value, size_t size);

long LocalAddress(int fd, Address& address);

long PeerAddress(int fd, Address& address);
