// select(2) on a WaitThread: https://man7.org/linux/man-pages/man2/select.2.html
#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "core/modules.h"
#include "core/result.h"
#include "select_sets.h"
#include "watch/watches.h"

namespace {

class SelectWait {
 public:
  explicit SelectWait(const SelectSets& sets)
      : asked_(sets.words, sets.words + SelectSets::kSets * sets.length), nfds_(sets.nfds) {}

  // Whether anything but wake_fd has ended the call.
  bool operator()(int wake_fd) {
    const size_t word = static_cast<size_t>(wake_fd) / SelectSets::kWordBits;
    const Word bit = Word{1} << (static_cast<size_t>(wake_fd) % SelectSets::kWordBits);
    MakeRoomFor(word);
    asked_[word] |= bit;
    for (;;) {
      std::vector<Word> answer = asked_;
      const size_t length = answer.size() / SelectSets::kSets;
      auto set = [&](size_t i) { return SelectSets::Set(answer.data(), length, i); };
      int count = select(std::max(nfds_, wake_fd + 1), set(0), set(1), set(2), nullptr);
      if (count < 0 && errno == EINTR) continue;
      // An error counts as found: the selector's own call will meet it as well, and report it.
      return count != 1 || (answer[word] & bit) == 0;
    }
  }

 private:
  using Word = SelectSets::Word;

  void MakeRoomFor(size_t word) {
    const size_t length = asked_.size() / SelectSets::kSets;
    if (word < length) return;
    std::vector<Word> longer(SelectSets::kSets * (word + 1));
    for (size_t i = 0; i < SelectSets::kSets; ++i) {
      std::copy_n(asked_.data() + i * length, length, longer.data() + i * (word + 1));
    }
    asked_ = std::move(longer);
  }

  // The read, write and except sets: three bitmaps of equal size.
  std::vector<Word> asked_;
  int nfds_;
};

// beginSelect(id, ref, sets, nfds): sets as for select
Napi::Value BeginSelect(const Napi::CallbackInfo& info) {
  Watch* watch = Watches::Of(info).Find(Uint(info, 0));
  SelectSets sets(info, 2, 3);
  if (watch == nullptr) return Result(info.Env(), Failure("select", EBADF));
  if (!sets.Fit()) return Result(info.Env(), Failure("select", EINVAL));
  return Result(info.Env(), watch->BeginThread(Bool(info, 1), SelectWait(sets)));
}

}  // namespace

void InitSelectWait(Napi::Object exports) { Export(exports, "beginSelect", BeginSelect); }
