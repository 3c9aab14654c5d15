// poll(2) on a WaitThread: https://man7.org/linux/man-pages/man2/poll.2.html
#include <poll.h>

#include <cerrno>
#include <vector>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"
#include "watch/watches.h"

namespace {

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

// beginPoll(id, ref, entries, count): entries and count as for poll
Napi::Value BeginPoll(const Napi::CallbackInfo& info) {
  Watch* watch = Watches::Of(info).Find(Uint(info, 0));
  Array<pollfd> entries(info, 2);
  uint32_t count = Uint(info, 3);
  if (watch == nullptr) return Result(info.Env(), Failure("poll", EBADF));
  if (count > entries.length) return Result(info.Env(), Failure("poll", EINVAL));
  PollWait wait({entries.data, entries.data + count});
  return Result(info.Env(), watch->BeginThread(Bool(info, 1), std::move(wait)));
}

}  // namespace

void InitPollWait(Napi::Object exports) { Export(exports, "beginPoll", BeginPoll); }
