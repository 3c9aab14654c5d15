// What differs between operating systems beyond descriptor.h, select.h and socket.h:
// https://man7.org/linux/man-pages/man7/standards.7.html
//
// binding.gyp compiles the files that implement these four: linux.cc or posix.cc with those called posix_,
// or those called windows. macOS and the BSDs use posix.cc. For another system, copy that, name it in
// binding.gyp, and call the modules it adds to core/modules.h from its InitSystemModules.
//
// All functions that return a long return -errno if the call fails, and leave open nothing that they opened.
#pragma once

#include <napi.h>

// Initialises the modules that not every system has.
void InitSystemModules(Napi::Object exports);

// Adds the constants that not every system has.
void AddSystemConstants(Napi::Object constants);

// Wakes a thread that waits: 8 bytes written to fds[1] make fds[0] readable, until they are read. Neither
// blocks. Both may be the same descriptor.
long OpenWakeDescriptors(int fds[2]);

// The same, always two descriptors.
long OpenWakePair(int fds[2]);
