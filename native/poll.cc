// poll(2): https://man7.org/linux/man-pages/man2/poll.2.html
#include "platform.h"

#if IO_SELECTORS_HAS_POLL
#include <poll.h>

#include <cstddef>

#include "arguments.h"
#include "modules.h"
#include "result.h"
#include "timeout.h"

namespace {

// JavaScript reads and writes the array in place, as 32-bit and 16-bit words.
static_assert(sizeof(pollfd) == 8 && offsetof(pollfd, fd) == 0 && offsetof(pollfd, events) == 4 &&
                  offsetof(pollfd, revents) == 6,
              "struct pollfd has another layout here");

long CallPoll(pollfd* entries, nfds_t count, Timeout timeout) {
#if IO_SELECTORS_LINUX
  if (!timeout.WholeMilliseconds()) {
    timespec time = timeout.Timespec();
    return OrErrno("ppoll", ppoll(entries, count, &time, nullptr));
  }
#endif
  return OrErrno("poll", poll(entries, count, timeout.Milliseconds()));
}

// poll(entries, count, timeoutMs): number of entries with revents
Napi::Value Poll(const Napi::CallbackInfo& info) {
  Array<pollfd> entries(info, 0);
  uint32_t count = Uint(info, 1);
  if (count > entries.length) return Result(info.Env(), -EINVAL);
  return Result(info.Env(), CallPoll(entries.data, count, Timeout(Double(info, 2))));
}

}  // namespace

void InitPoll(Napi::Env env, Napi::Object exports) {
  exports.Set("poll", Napi::Function::New<Poll>(env, "poll"));
}

#else
#include "modules.h"

void InitPoll(Napi::Env, Napi::Object) {}
#endif
