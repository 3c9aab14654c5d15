// pidfd_open(2): https://man7.org/linux/man-pages/man2/pidfd_open.2.html
#include "platform.h"

#if IO_SELECTORS_LINUX
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arguments.h"
#include "modules.h"
#include "ownership.h"
#include "result.h"

namespace {

// P_PIDFD, which glibc declares only since 2.36.
constexpr auto kPidfd = static_cast<idtype_t>(3);

// pidfdOpen(pid): the descriptor is CLOEXEC without being asked
Napi::Value PidfdOpen(const Napi::CallbackInfo& info) {
#ifdef SYS_pidfd_open
  return Result(info.Env(),
                Made(info.Env(), OrErrno("pidfd_open", syscall(SYS_pidfd_open, Int(info, 0), 0))));
#else
  return Result(info.Env(), -ENOSYS);
#endif
}

// pidfdStatus(fd, status): 1 once the child has ended, 0 before; status is an Int32Array of two, the
// si_code and the exit status or signal. WNOWAIT leaves the child to be reaped by whoever started it.
Napi::Value PidfdStatus(const Napi::CallbackInfo& info) {
  int* status = ArrayOf<int>(info, 1, 2);
  siginfo_t child{};
  long result =
      OrErrno("waitid", waitid(kPidfd, static_cast<id_t>(Int(info, 0)), &child, WEXITED | WNOHANG | WNOWAIT));
  if (result < 0 || child.si_pid == 0) return Result(info.Env(), result);
  status[0] = child.si_code == CLD_EXITED ? 0 : 1;
  status[1] = child.si_status;
  return Result(info.Env(), 1);
}

}  // namespace

void InitPidfd(Napi::Env env, Napi::Object exports) {
  exports.Set("pidfdOpen", Napi::Function::New<PidfdOpen>(env, "pidfd_open"));
  exports.Set("pidfdStatus", Napi::Function::New<PidfdStatus>(env, "waitid"));
}

#else
#include "modules.h"

void InitPidfd(Napi::Env, Napi::Object) {}
#endif
