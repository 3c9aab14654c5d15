// Differences between operating systems, under POSIX names:
// https://man7.org/linux/man-pages/man7/standards.7.html
//
// linux.cc and posix.cc implement it, and binding.gyp compiles one of them; macOS and the BSDs use posix.cc.
// For another system, copy that, name it in binding.gyp, and call the modules it adds to core/modules.h from
// its InitSystemModules. Windows, which lacks these headers, needs a smaller interface than this one.
//
// All functions that return a long return -errno if the call fails, and leave open nothing that they opened.
#pragma once

#include <napi.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "core/file_identity.h"
#include "core/timeout.h"

// Initialises the modules that not every system has.
void InitSystemModules(Napi::Object exports);

// Adds the constants that not every system has.
void AddSystemConstants(Napi::Object constants);

// New descriptors are CLOEXEC.

long OpenPipe(int fds[2], bool blocking);

// type: without flags.
long OpenSocket(int family, int type, int protocol);

long OpenSocketPair(int fds[2], int type, bool blocking);

// accept(2). blocking: of the new descriptor.
long AcceptSocket(int fd, sockaddr* address, socklen_t* length, bool blocking);

// dup2(2), for two different numbers.
long ReplaceDescriptor(int fd, int target);

// Wakes a thread that waits: 8 bytes written to fds[1] make fds[0] readable, until they are read. Neither
// blocks. Both may be the same descriptor.
long OpenWakeDescriptors(int fds[2]);

// Waits. A timeout that the call cannot express is rounded up.

long Select(int nfds, fd_set* read, fd_set* write, fd_set* except, Timeout timeout);

long Poll(pollfd* entries, nfds_t count, Timeout timeout);

// recvmsg(2) and send(2) by the fastest way, for message lists.

long RecvMessage(int fd, msghdr* message, int flags);

long SendMessage(int fd, const void* data, size_t size, int flags);

// MSG_NOSIGNAL, with which send(2) to a closed peer is EPIPE and raises no SIGPIPE, or 0.
extern const int kNoSignal;

// O_PATH, the file status flag of descriptors that no wait accepts, or 0.
extern const int kPathOnly;

// The unit in which getsockopt(2) counts the length of an option, in bytes. 1 for almost every option.
socklen_t OptionUnit(int level, int name);

FileIdentity IdentityOf(int fd);
