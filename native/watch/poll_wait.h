// poll(2) that another thread can end: https://man7.org/linux/man-pages/man2/poll.2.html
#pragma once

#include <poll.h>

#include <cerrno>
#include <utility>
#include <vector>

class PollWait {
 public:
  explicit PollWait(std::vector<pollfd>&& entries) : entries_(std::move(entries)) {}

  // Whether anything but wake_fd has ended the call.
  bool operator()(int wake_fd) {
    entries_.push_back({wake_fd, POLLIN, 0});
    for (;;) {
      int count = poll(entries_.data(), entries_.size(), -1);
      if (count < 0 && errno == EINTR) continue;
      // An error counts as found: the selector's own call will meet it as well, and report it.
      if (count >= 0 || errno != EINVAL) return count != 1 || entries_.back().revents == 0;
      // The kernel takes no more entries than the process may have descriptors, so wake_fd may be one too
      // many.
      Outcome outcome = PollInTurns(wake_fd);
      if (outcome != Outcome::kNothing) return outcome == Outcome::kFound;
    }
  }

 private:
  enum class Outcome { kNothing, kWoken, kFound };

  // The longest delay of a wake-up.
  static constexpr int kTurnMs = 10;

  // Polls the entries for a while, then wake_fd.
  Outcome PollInTurns(int wake_fd) {
    int count = poll(entries_.data(), entries_.size() - 1, kTurnMs);
    if (count > 0 || (count < 0 && errno != EINTR)) return Outcome::kFound;
    pollfd wake = {wake_fd, POLLIN, 0};
    int woken = poll(&wake, 1, 0);
    if (woken < 0 && errno != EINTR) return Outcome::kFound;
    return woken > 0 ? Outcome::kWoken : Outcome::kNothing;
  }

  // Those of the selector, then one for wake_fd.
  std::vector<pollfd> entries_;
};
