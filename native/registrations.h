// The numbers that a descriptor of the package's own must not have.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

// How many have each number registered, as lib/registrations.ts counts them. One of those may have been
// closed: whatever is opened under its number would be taken for it. Borrowed from JavaScript for one call.
class Registrations {
 public:
  // None where the argument is absent.
  Registrations(const Napi::CallbackInfo& info, size_t index);

  // Passes on what a system call answered, a descriptor or -errno; the descriptor under another number if its
  // own is registered.
  [[nodiscard]] long Avoid(long fd) const;

  // The same for two, of which none is left open if the other cannot be moved. 0 or -errno.
  long AvoidBoth(int fds[2]) const;

 private:
  [[nodiscard]] bool Has(size_t fd) const { return fd < length_ && counts_[fd] != 0; }

  const uint32_t* counts_ = nullptr;
  size_t length_ = 0;
};
