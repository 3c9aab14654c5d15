// pipe(2), both ends CLOEXEC: https://man7.org/linux/man-pages/man2/pipe.2.html
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include "platform.h"
#include "result.h"

// 0 or -errno.
inline long OpenPipe(int fds[2], bool blocking) {
#if IO_SELECTORS_LINUX
  return OrErrno("pipe2", pipe2(fds, O_CLOEXEC | (blocking ? 0 : O_NONBLOCK)));
#else
  long result = OrErrno("pipe", pipe(fds));
  for (int i = 0; result == 0 && i < 2; ++i) {
    fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    if (!blocking) fcntl(fds[i], F_SETFL, O_NONBLOCK);
  }
  return result;
#endif
}
