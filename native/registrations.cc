// The same open file under another number: fcntl(2), F_DUPFD_CLOEXEC:
// https://man7.org/linux/man-pages/man2/fcntl.2.html
#include "registrations.h"

#include <fcntl.h>
#include <unistd.h>

#include "arguments.h"
#include "result.h"

Registrations::Registrations(const Napi::CallbackInfo& info, size_t index) {
  if (info[index].IsUndefined()) return;
  Array<uint32_t> counts(info, index);
  counts_ = counts.data;
  length_ = counts.length;
}

long Registrations::Avoid(long fd) const {
  while (fd >= 0 && Has(static_cast<size_t>(fd))) {
    size_t next = static_cast<size_t>(fd) + 1;
    while (Has(next)) ++next;
    long moved = OrErrno("fcntl", fcntl(static_cast<int>(fd), F_DUPFD_CLOEXEC, static_cast<int>(next)));
    close(static_cast<int>(fd));
    // What the kernel says where next is at the limit or past it.
    fd = moved == -EINVAL ? -EMFILE : moved;
  }
  return fd;
}

long Registrations::AvoidBoth(int fds[2]) const {
  for (int i = 0; i < 2; ++i) {
    long moved = Avoid(fds[i]);
    if (moved < 0) {
      close(fds[1 - i]);
      return moved;
    }
    fds[i] = static_cast<int>(moved);
  }
  return 0;
}
