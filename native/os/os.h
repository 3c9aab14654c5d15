// What differs between operating systems, by the names of POSIX:
// https://man7.org/linux/man-pages/man7/standards.7.html
//
// linux.cc and posix.cc implement it, and binding.gyp compiles one of them. All functions that return a long
// return -errno if the call fails, with nothing left open.
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

// accept(2), whose new descriptor does not take over the listener's blocking mode by itself.
long AcceptSocket(int fd, sockaddr* address, socklen_t* length, bool blocking);

// dup2(2), for two different numbers.
long ReplaceDescriptor(int fd, int target);

// What wakes a thread that waits: fds[0] is readable once 8 bytes have been written to fds[1], until they are
// read. Neither blocks. They may be the same descriptor.
long OpenWakeDescriptors(int fds[2]);

// Waits. Where a call has no unit that is fine enough, the timeout is rounded up.

long Select(int nfds, fd_set* read, fd_set* write, fd_set* except, Timeout timeout);

long Poll(pollfd* entries, nfds_t count, Timeout timeout);

// recvmsg(2) and send(2) for MessageList, the fastest way there is.

long RecvMessage(int fd, msghdr* message, int flags);

long SendMessage(int fd, const void* data, size_t size, int flags);

// A flag for send(2) with which a lost peer is EPIPE and never SIGPIPE, or 0.
extern const int kNoSignal;

// O_PATH, the flag of descriptors that no wait accepts, or 0.
extern const int kPathOnly;

// In how many bytes the length of an option is counted for getsockopt(2): 1 but for a few.
socklen_t OptionUnit(int level, int name);

FileIdentity IdentityOf(int fd);
