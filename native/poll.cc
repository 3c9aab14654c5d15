// poll(2): https://man7.org/linux/man-pages/man2/poll.2.html
#include <poll.h>

#include <cerrno>
#include <cstddef>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"
#include "core/timeout.h"
#include "os/posix.h"

namespace {

// JavaScript reads and writes the array in place: fd as a word of 32 bits, events and revents of 16.
static_assert(sizeof(pollfd) == 8 && offsetof(pollfd, fd) == 0 && offsetof(pollfd, events) == 4 &&
                  offsetof(pollfd, revents) == 6,
              "struct pollfd has another layout here");

// poll(entries, count, timeoutMs): the number of entries with revents
Napi::Value CallPoll(const Napi::CallbackInfo& info) {
  Array<pollfd> entries(info, 0);
  uint32_t count = Uint(info, 1);
  if (count > entries.length) return Result(info.Env(), Failure("poll", EINVAL));
  return Result(info.Env(), Poll(entries.data, count, Timeout(Double(info, 2))));
}

}  // namespace

void InitPoll(Napi::Object exports) { Export(exports, "poll", CallPoll); }
