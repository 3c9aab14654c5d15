// pidfd_open(2): https://man7.org/linux/man-pages/man2/pidfd_open.2.html
#include <sys/wait.h>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/ownership.h"
#include "core/result.h"
#include "os/linux_calls.h"

namespace {

// P_PIDFD, which glibc declares since 2.36 only.
constexpr auto kPidfd = static_cast<idtype_t>(3);

// pidfdOpen(pid)
Napi::Value CallPidfdOpen(const Napi::CallbackInfo& info) {
  return Result(info.Env(), OwnNew(info.Env(), PidfdOpen(Int(info, 0))));
}

// pidfdStatus(fd, status): 1 once the child has terminated, else 0. status: an Int32Array of two, 0 and the
// exit status, or 1 and the number of the signal. WNOWAIT does not reap the child: whoever started it will
Napi::Value PidfdStatus(const Napi::CallbackInfo& info) {
  int* status = ArrayOf<int>(info, 1, 2);
  siginfo_t child{};
  const auto fd = static_cast<id_t>(Int(info, 0));
  long result = OrErrno("waitid", waitid(kPidfd, fd, &child, WEXITED | WNOHANG | WNOWAIT));
  if (result < 0 || child.si_pid == 0) return Result(info.Env(), result);
  status[0] = child.si_code == CLD_EXITED ? 0 : 1;
  status[1] = child.si_status;
  return Result(info.Env(), 1);
}

}  // namespace

void InitPidfd(Napi::Object exports) {
  Export(exports, "pidfdOpen", CallPidfdOpen);
  Export(exports, "pidfdStatus", PidfdStatus);
}
