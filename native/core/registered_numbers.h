// Keeps descriptors of the addon off numbers that selectors have registered, with F_DUPFD_CLOEXEC of
// fcntl(2): https://man7.org/linux/man-pages/man2/fcntl.2.html
//
// A registered descriptor may have been closed. If the addon opened a file under its number, the selector
// would take that for the registered one.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

// How many selectors have registered each number, as lib/core/registrations.ts counts them. Valid until
// control returns to JavaScript.
class RegisteredNumbers {
 public:
  // Empty if the argument is absent.
  RegisteredNumbers(const Napi::CallbackInfo& info, size_t index);

  // Takes the result of a call that opens a descriptor. Returns it, or the number that the descriptor was
  // moved to. Closes the descriptor if it cannot be moved.
  [[nodiscard]] long Avoid(long fd) const;

  // The same for two descriptors, which may be equal. Returns 0, or -errno with both closed.
  long AvoidBoth(int fds[2]) const;

 private:
  [[nodiscard]] bool Has(size_t fd) const { return fd < length_ && counts_[fd] != 0; }

  const uint32_t* counts_ = nullptr;
  size_t length_ = 0;
};
