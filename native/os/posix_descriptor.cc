// os/descriptor.h for all systems but Windows: close(2), read(2), fcntl(2):
// https://man7.org/linux/man-pages/man2/fcntl.2.html
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/result.h"
#include "os/descriptor.h"
#include "os/os.h"
#include "os/posix.h"

const bool kOnlySockets = false;

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

long ReadDescriptor(int fd, void* data, size_t size) { return OrErrno("read", read(fd, data, size)); }

long WriteDescriptor(int fd, const void* data, size_t size) {
  return OrErrno("write", write(fd, data, size));
}

long CheckOpen(int fd) { return OrErrno("fcntl", fcntl(fd, F_GETFD)) < 0 ? -EBADF : 0; }

long CheckWatchable(int fd) {
  long flags = OrErrno("fcntl", fcntl(fd, F_GETFL));
  if (flags >= 0 && (flags & kPathOnly) != 0) return Failure("fcntl", EBADF);
  return flags < 0 ? flags : 0;
}

long OpenWakePair(int fds[2]) { return OpenPipe(fds, false); }
