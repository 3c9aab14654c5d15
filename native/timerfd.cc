// timerfd_create(2): https://man7.org/linux/man-pages/man2/timerfd_create.2.html
#include <sys/timerfd.h>

#include <cerrno>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/ownership.h"
#include "core/result.h"
#include "core/timeout.h"

namespace {

// timerfdCreate(blocking)
Napi::Value TimerfdCreate(const Napi::CallbackInfo& info) {
  int flags = TFD_CLOEXEC | (Bool(info, 0) ? 0 : TFD_NONBLOCK);
  long fd = OrErrno("timerfd_create", timerfd_create(CLOCK_MONOTONIC, flags));
  return Result(info.Env(), OwnNew(info.Env(), fd));
}

// timerfdSettime(fd, delayMs, intervalMs): a delay of 0 disarms the timer, an interval of 0 lets it expire
// once
Napi::Value TimerfdSettime(const Napi::CallbackInfo& info) {
  const Timeout delay(Double(info, 1));
  const Timeout interval(Double(info, 2));
  if (delay.Forever() || interval.Forever()) return Result(info.Env(), Failure("timerfd_settime", EINVAL));
  const itimerspec time = {interval.Timespec(), delay.Timespec()};
  return Result(info.Env(), OrErrno("timerfd_settime", timerfd_settime(Int(info, 0), 0, &time, nullptr)));
}

}  // namespace

void InitTimerfd(Napi::Object exports) {
  Export(exports, "timerfdCreate", TimerfdCreate);
  Export(exports, "timerfdSettime", TimerfdSettime);
}
