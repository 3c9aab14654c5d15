// Calls on descriptors that several modules make: close(2) and fcntl(2):
// https://man7.org/linux/man-pages/man2/fcntl.2.html
#pragma once

// All return -errno if they fail.

long CloseDescriptor(int fd);

// The duplicate is CLOEXEC, and its number is at least lowest.
long DuplicateDescriptor(int fd, int lowest);

// 1 or 0.
long IsBlocking(int fd);

long SetBlocking(int fd, bool blocking);
