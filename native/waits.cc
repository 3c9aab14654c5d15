// select(2) and poll(2) as a thread makes them, that nothing but a descriptor of its own interrupts:
// https://man7.org/linux/man-pages/man2/poll.2.html
#include "waits.h"

#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace {

class Select {
 public:
  explicit Select(const Bitmaps& bitmaps)
      : asked_(bitmaps.words, bitmaps.words + Bitmaps::kSets * bitmaps.length), nfds_(bitmaps.nfds) {}

  bool operator()(int wake_fd) {
    const size_t word = static_cast<size_t>(wake_fd) / Bitmaps::kWordBits;
    const Word bit = Word{1} << (static_cast<size_t>(wake_fd) % Bitmaps::kWordBits);
    MakeRoomFor(word);
    asked_[word] |= bit;
    for (;;) {
      std::vector<Word> answer = asked_;
      auto set = [&](size_t i) {
        return reinterpret_cast<fd_set*>(answer.data() + i * answer.size() / Bitmaps::kSets);
      };
      int count = select(std::max(nfds_, wake_fd + 1), set(0), set(1), set(2), nullptr);
      if (count < 0 && errno == EINTR) continue;
      // An error is something to be found, too: the wait that follows will meet it.
      return count != 1 || (answer[word] & bit) == 0;
    }
  }

 private:
  using Word = Bitmaps::Word;

  void MakeRoomFor(size_t word) {
    const size_t length = asked_.size() / Bitmaps::kSets;
    if (word < length) return;
    std::vector<Word> longer(Bitmaps::kSets * (word + 1));
    for (size_t i = 0; i < Bitmaps::kSets; ++i) {
      std::copy_n(asked_.data() + i * length, length, longer.data() + i * (word + 1));
    }
    asked_ = std::move(longer);
  }

  // Three bitmaps of equal size.
  std::vector<Word> asked_;
  int nfds_;
};

#if IO_SELECTORS_HAS_POLL
class Poll {
 public:
  Poll(const pollfd* entries, size_t count) : entries_(entries, entries + count) {}

  bool operator()(int wake_fd) {
    entries_.push_back({wake_fd, POLLIN, 0});
    for (;;) {
      int count = poll(entries_.data(), entries_.size(), -1);
      if (count < 0 && errno == EINTR) continue;
      // It takes no more entries than the process may have descriptors: wake_fd may be one too many.
      if (count < 0 && errno == EINVAL) {
        if (Outcome outcome = WaitInTurns(wake_fd); outcome != Outcome::kNothing)
          return outcome == Outcome::kFound;
        continue;
      }
      return count != 1 || entries_.back().revents == 0;
    }
  }

 private:
  enum class Outcome { kNothing, kWoken, kFound };

  // How long a wake-up may have to wait.
  static constexpr int kTurnMs = 10;

  Outcome WaitInTurns(int wake_fd) {
    int count = poll(entries_.data(), entries_.size() - 1, kTurnMs);
    if (count > 0 || (count < 0 && errno != EINTR)) return Outcome::kFound;
    pollfd wake = {wake_fd, POLLIN, 0};
    int woken = poll(&wake, 1, 0);
    if (woken < 0 && errno != EINTR) return Outcome::kFound;
    return woken > 0 ? Outcome::kWoken : Outcome::kNothing;
  }

  std::vector<pollfd> entries_;
};
#endif

}  // namespace

WaitThread::Wait SelectWait(const Bitmaps& bitmaps) { return Select(bitmaps); }

#if IO_SELECTORS_HAS_POLL
WaitThread::Wait PollWait(const pollfd* entries, size_t count) { return Poll(entries, count); }
#endif
