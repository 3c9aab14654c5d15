// close(2) and fcntl(2): https://man7.org/linux/man-pages/man2/fcntl.2.html
#include "core/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/result.h"

long CloseDescriptor(int fd) {
  long result = OrErrno("close", close(fd));
  // Linux and the BSDs have released the number even then. Closing it again could hit the next file with it.
  return result == -EINTR ? 0 : result;
}

long DuplicateDescriptor(int fd, int lowest) { return OrErrno("fcntl", fcntl(fd, F_DUPFD_CLOEXEC, lowest)); }

long IsBlocking(int fd) {
  long flags = OrErrno("fcntl", fcntl(fd, F_GETFL));
  if (flags < 0) return flags;
  return (flags & O_NONBLOCK) == 0 ? 1 : 0;
}

long SetBlocking(int fd, bool blocking) {
  long flags = OrErrno("fcntl", fcntl(fd, F_GETFL));
  if (flags < 0) return flags;
  long wanted = blocking ? flags & ~static_cast<long>(O_NONBLOCK) : flags | O_NONBLOCK;
  return wanted == flags ? 0 : OrErrno("fcntl", fcntl(fd, F_SETFL, wanted));
}
