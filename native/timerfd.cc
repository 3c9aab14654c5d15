// timerfd_create(2): https://man7.org/linux/man-pages/man2/timerfd_create.2.html
#include "platform.h"

#if IO_SELECTORS_LINUX
#include <sys/timerfd.h>
#include <unistd.h>

#include "arguments.h"
#include "modules.h"
#include "ownership.h"
#include "result.h"
#include "timeout.h"

namespace {

Napi::Value TimerfdCreate(const Napi::CallbackInfo& info) {
  bool blocking = Bool(info, 0);
  long fd =
      OrErrno("timerfd_create", timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | (blocking ? 0 : TFD_NONBLOCK)));
  return Result(info.Env(), Made(info.Env(), fd));
}

// timerfdSettime(fd, delayMs, intervalMs): 0 disarms, or means no repetition
Napi::Value TimerfdSettime(const Napi::CallbackInfo& info) {
  const Timeout delay(Double(info, 1));
  const Timeout interval(Double(info, 2));
  if (delay.Forever() || interval.Forever()) return Result(info.Env(), -EINVAL);
  const itimerspec time = {interval.Timespec(), delay.Timespec()};
  return Result(info.Env(), OrErrno("timerfd_settime", timerfd_settime(Int(info, 0), 0, &time, nullptr)));
}

}  // namespace

void InitTimerfd(Napi::Env env, Napi::Object exports) {
  exports.Set("timerfdCreate", Napi::Function::New<TimerfdCreate>(env, "timerfd_create"));
  exports.Set("timerfdSettime", Napi::Function::New<TimerfdSettime>(env, "timerfd_settime"));
}

#else
#include "modules.h"

void InitTimerfd(Napi::Env, Napi::Object) {}
#endif
