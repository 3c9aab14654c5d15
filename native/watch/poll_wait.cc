// poll(2) on a WaitThread: https://man7.org/linux/man-pages/man2/poll.2.html
#include "watch/poll_wait.h"

#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"
#include "watch/watches.h"

namespace {

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
