// select(2) on a WaitThread: https://man7.org/linux/man-pages/man2/select.2.html
#include <algorithm>
#include <cerrno>
#include <cmath>

#include "core/modules.h"
#include "core/result.h"
#include "os/select.h"
#include "select_sets.h"
#include "watch/watches.h"

namespace {

class SelectWait {
 public:
  explicit SelectWait(const SelectSets& sets) : asked_(sets.asked), nfds_(sets.nfds) {}

  // Whether anything but wake_fd has ended the call.
  bool operator()(int wake_fd) {
    asked_.AddRead(wake_fd);
    for (;;) {
      OwnBitmaps answer = asked_;
      const long count = Select(std::max(nfds_, wake_fd + 1), answer.Get(), Timeout(HUGE_VAL));
      if (count == ErrorNumber(EINTR)) continue;
      // An error counts as found: the selector's own call will meet it as well, and report it.
      return count != 1 || !answer.HasRead(wake_fd);
    }
  }

 private:
  OwnBitmaps asked_;
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
