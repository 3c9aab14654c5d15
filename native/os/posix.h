// Calls that every system but Windows has: https://man7.org/linux/man-pages/man7/standards.7.html
//
// linux.cc and posix.cc implement those that differ between them. All functions return -errno if the call
// fails, and leave open nothing that they opened.
#pragma once

#include <napi.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "bitmaps.h"
#include "core/timeout.h"

// Initialises the modules, and adds the constants, that linux.cc and posix.cc have in common.
void InitPosixModules(Napi::Object exports);
void AddPosixConstants(Napi::Object constants);

// New descriptors are CLOEXEC.

long OpenPipe(int fds[2], bool blocking);

// dup2(2), for two different numbers.
long ReplaceDescriptor(int fd, int target);

// 1 or 0.
long IsBlocking(int fd);

// A timeout that the call cannot express is rounded up.
long Poll(pollfd* entries, nfds_t count, Timeout timeout);

inline fd_set* FdSet(const Bitmaps& sets, size_t index) { return reinterpret_cast<fd_set*>(sets.Set(index)); }

// MSG_NOSIGNAL, with which send(2) to a closed peer is EPIPE and raises no SIGPIPE, or 0.
extern const int kNoSignal;

// O_PATH, the file status flag of descriptors that no wait accepts, or 0.
extern const int kPathOnly;

// The unit in which getsockopt(2) counts the length of an option, in bytes. 1 for almost every option.
socklen_t OptionUnit(int level, int name);
