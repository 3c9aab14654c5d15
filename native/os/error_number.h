// Error numbers as Node counts them, negative: those of errno(3), and on Windows libuv's own:
// https://nodejs.org/api/util.html#utilgetsystemerrormap
#pragma once

#include <cerrno>

// The number of an error of <cerrno>.
#ifdef _WIN32
long ErrorNumber(int error);
#else
inline long ErrorNumber(int error) { return -static_cast<long>(error); }
#endif
