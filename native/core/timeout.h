// Timeouts for select(2), poll(2) and epoll_wait(2):
// https://man7.org/linux/man-pages/man3/timespec.3type.html
//
// JavaScript passes milliseconds, possibly fractional. They are rounded up: a wait may end late, but never
// early.
#pragma once

#include <climits>
#include <cmath>
#include <ctime>

class Timeout {
 public:
  // Infinity and negative numbers wait for ever.
  explicit Timeout(double milliseconds) : milliseconds_(milliseconds) {}

  bool Forever() const { return !(milliseconds_ >= 0 && milliseconds_ < HUGE_VAL); }

  // Whether an int of milliseconds holds it without rounding.
  bool WholeMilliseconds() const {
    return Forever() || (milliseconds_ <= INT_MAX && static_cast<int>(milliseconds_) == milliseconds_);
  }

  // -1 for ever.
  int Milliseconds() const {
    if (Forever()) return -1;
    return milliseconds_ >= INT_MAX ? INT_MAX : static_cast<int>(std::ceil(milliseconds_));
  }

  // Not for a timeout that lasts for ever, for which the kernel takes a null pointer.
  timespec Timespec() const {
    // Some kernels refuse more than 10^8 seconds. The caller waits again for the rest.
    constexpr double kMaxSeconds = 1e8;
    double seconds = std::floor(milliseconds_ / 1e3);
    if (seconds >= kMaxSeconds) return {static_cast<time_t>(kMaxSeconds), 0};
    double nanoseconds = std::ceil((milliseconds_ - seconds * 1e3) * 1e6);
    if (nanoseconds >= 1e9) return {static_cast<time_t>(seconds) + 1, 0};
    return {static_cast<time_t>(seconds), static_cast<long>(nanoseconds)};
  }

 private:
  double milliseconds_;
};
