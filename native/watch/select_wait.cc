// select(2) on a WaitThread: https://man7.org/linux/man-pages/man2/select.2.html
#include "watch/select_wait.h"

#include "core/modules.h"
#include "core/result.h"
#include "select_sets.h"
#include "watch/watches.h"

namespace {

// beginSelect(id, ref, sets, nfds): sets as for select
Napi::Value BeginSelect(const Napi::CallbackInfo& info) {
  Watch* watch = Watches::Of(info).Find(Uint(info, 0));
  SelectSets sets(info, 2, 3);
  if (watch == nullptr) return Result(info.Env(), Failure("select", EBADF));
  if (!sets.Fit()) return Result(info.Env(), Failure("select", EINVAL));
  return Result(info.Env(), watch->BeginThread(Bool(info, 1), SelectWait(sets.asked, sets.nfds)));
}

}  // namespace

void InitSelectWait(Napi::Object exports) { Export(exports, "beginSelect", BeginSelect); }
