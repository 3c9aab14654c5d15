// Moves descriptors to other numbers: fcntl(2), F_DUPFD_CLOEXEC:
// https://man7.org/linux/man-pages/man2/fcntl.2.html
#include "core/registered_numbers.h"

#include <cerrno>
#include <vector>

#include "core/arguments.h"
#include "os/descriptor.h"
#include "os/error_number.h"

RegisteredNumbers::RegisteredNumbers(const Napi::CallbackInfo& info, size_t index) {
  if (info[index].IsUndefined()) return;
  Array<uint32_t> counts(info, index);
  counts_ = counts.data;
  length_ = counts.length;
}

long RegisteredNumbers::Avoid(long fd) const {
  // Closed last, so that no duplicate gets one of these numbers.
  std::vector<int> refused;
  while (fd >= 0 && Has(static_cast<size_t>(fd))) {
    refused.push_back(static_cast<int>(fd));
    size_t next = static_cast<size_t>(fd) + 1;
    while (Has(next)) ++next;
    fd = DuplicateDescriptor(refused.back(), static_cast<int>(next));
  }
  for (int number : refused) CloseDescriptor(number);
  // fcntl(2) answers EINVAL if next is not below the limit: no permitted number is left.
  return fd == ErrorNumber(EINVAL) ? ErrorNumber(EMFILE) : fd;
}

long RegisteredNumbers::AvoidBoth(int fds[2]) const {
  const bool same = fds[0] == fds[1];
  const long first = Avoid(fds[0]);
  if (first < 0 && !same) CloseDescriptor(fds[1]);
  if (first < 0) return first;
  const long second = same ? first : Avoid(fds[1]);
  if (second < 0) CloseDescriptor(static_cast<int>(first));
  if (second < 0) return second;
  fds[0] = static_cast<int>(first);
  fds[1] = static_cast<int>(second);
  return 0;
}
