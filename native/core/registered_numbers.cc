// Moves descriptors to other numbers: fcntl(2), F_DUPFD_CLOEXEC:
// https://man7.org/linux/man-pages/man2/fcntl.2.html
#include "core/registered_numbers.h"

#include <unistd.h>

#include <cerrno>

#include "core/arguments.h"
#include "core/descriptor.h"

RegisteredNumbers::RegisteredNumbers(const Napi::CallbackInfo& info, size_t index) {
  if (info[index].IsUndefined()) return;
  Array<uint32_t> counts(info, index);
  counts_ = counts.data;
  length_ = counts.length;
}

long RegisteredNumbers::Avoid(long fd) const {
  while (fd >= 0 && Has(static_cast<size_t>(fd))) {
    size_t next = static_cast<size_t>(fd) + 1;
    while (Has(next)) ++next;
    long moved = DuplicateDescriptor(static_cast<int>(fd), static_cast<int>(next));
    close(static_cast<int>(fd));
    // The kernel answers EINVAL if next is not below the limit: no permitted number is left.
    fd = moved == -EINVAL ? -EMFILE : moved;
  }
  return fd;
}

long RegisteredNumbers::AvoidBoth(int fds[2]) const {
  const bool same = fds[0] == fds[1];
  const long first = Avoid(fds[0]);
  if (first < 0 && !same) close(fds[1]);
  if (first < 0) return first;
  const long second = same ? first : Avoid(fds[1]);
  if (second < 0) close(static_cast<int>(first));
  if (second < 0) return second;
  fds[0] = static_cast<int>(first);
  fds[1] = static_cast<int>(second);
  return 0;
}
