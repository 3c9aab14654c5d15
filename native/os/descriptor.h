// Calls on descriptors that every system has: close(2), read(2), fcntl(2):
// https://man7.org/linux/man-pages/man2/fcntl.2.html
//
// All functions that return a long return -errno if they fail.
#pragma once

#include <cstddef>

#include "core/file_identity.h"

// Whether only sockets are descriptors, as on Windows. select(2) takes any number of them there, and whatever
// numbers they have.
extern const bool kOnlySockets;

long CloseDescriptor(int fd);

// The duplicate is CLOEXEC. Its number is at least lowest, which Windows disregards.
long DuplicateDescriptor(int fd, int lowest);

long SetBlocking(int fd, bool blocking);

long ReadDescriptor(int fd, void* data, size_t size);

long WriteDescriptor(int fd, const void* data, size_t size);

// 0 if it is open.
long CheckOpen(int fd);

// 0 if a wait can watch it.
long CheckWatchable(int fd);

FileIdentity IdentityOf(int fd);
