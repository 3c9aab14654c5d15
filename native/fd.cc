// Descriptors: pipe(2), read(2), write(2), close(2), dup(2), fcntl(2), getrlimit(2):
// https://man7.org/linux/man-pages/man2/fcntl.2.html
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>

#include "arguments.h"
#include "modules.h"
#include "ownership.h"
#include "pipe.h"
#include "platform.h"
#include "registrations.h"
#include "result.h"

namespace {

// pipe(fds, blocking): both are the caller's
Napi::Value Pipe(const Napi::CallbackInfo& info) {
  int* fds = ArrayOf<int>(info, 0, 2);
  return Result(info.Env(), OpenPipe(fds, Bool(info, 1)));
}

// wakePipe(fds, registered): a pipe of an object that wakes another. Neither end blocks
Napi::Value WakePipe(const Napi::CallbackInfo& info) {
  int* fds = ArrayOf<int>(info, 0, 2);
  Registrations registered(info, 1);
  long result = OpenPipe(fds, false);
  if (result == 0) result = registered.AvoidBoth(fds);
  for (int i = 0; result == 0 && i < 2; ++i) Made(info.Env(), fds[i]);
  return Result(info.Env(), result);
}

Napi::Value Read(const Napi::CallbackInfo& info) {
  Bytes buffer = View(info, 1);
  return Result(info.Env(), OrErrno("read", read(Int(info, 0), buffer.data, buffer.length)));
}

Napi::Value Write(const Napi::CallbackInfo& info) {
  Bytes data = View(info, 1);
  return Result(info.Env(), OrErrno("write", write(Int(info, 0), data.data, data.length)));
}

Napi::Value Close(const Napi::CallbackInfo& info) {
  return Result(info.Env(), CloseResult(close(Int(info, 0))));
}

Napi::Value Dup(const Napi::CallbackInfo& info) {
  return Result(info.Env(), OrErrno("fcntl", fcntl(Int(info, 0), F_DUPFD_CLOEXEC, 0)));
}

Napi::Value Dup2(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  int target = Int(info, 1);
  // dup3 refuses two equal numbers, where dup2 only asks whether the descriptor is open.
  if (fd == target) return Result(info.Env(), OrErrno("fcntl", fcntl(fd, F_GETFD)) < 0 ? -EBADF : target);
#if IO_SELECTORS_LINUX
  return Result(info.Env(), OrErrno("dup3", dup3(fd, target, O_CLOEXEC)));
#else
  long result = OrErrno("dup2", dup2(fd, target));
  if (result >= 0) fcntl(target, F_SETFD, FD_CLOEXEC);
  return Result(info.Env(), result);
#endif
}

// isOpen(fd): 0, or -EBADF also for a descriptor of O_PATH, which cannot be watched by any call
Napi::Value IsOpen(const Napi::CallbackInfo& info) {
  long flags = OrErrno("fcntl", fcntl(Int(info, 0), F_GETFL));
#ifdef O_PATH
  if (flags >= 0 && (flags & O_PATH) != 0) return Result(info.Env(), FailedOf("fcntl", -EBADF));
#endif
  return Result(info.Env(), flags < 0 ? flags : 0);
}

// exists(fd): 0 or -EBADF
Napi::Value Exists(const Napi::CallbackInfo& info) {
  return Result(info.Env(), OrErrno("fcntl", fcntl(Int(info, 0), F_GETFD)) < 0 ? -EBADF : 0);
}

// getBlocking(fd): 1 or 0
Napi::Value GetBlocking(const Napi::CallbackInfo& info) {
  long flags = OrErrno("fcntl", fcntl(Int(info, 0), F_GETFL));
  if (flags < 0) return Result(info.Env(), flags);
  return Result(info.Env(), (flags & O_NONBLOCK) == 0);
}

Napi::Value SetBlocking(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  bool blocking = Bool(info, 1);
  long flags = OrErrno("fcntl", fcntl(fd, F_GETFL));
  if (flags < 0) return Result(info.Env(), flags);
  long wanted = blocking ? flags & ~static_cast<long>(O_NONBLOCK) : flags | O_NONBLOCK;
  return Result(info.Env(), wanted == flags ? 0 : OrErrno("fcntl", fcntl(fd, F_SETFL, wanted)));
}

double ToDouble(rlim_t limit) { return limit == RLIM_INFINITY ? HUGE_VAL : static_cast<double>(limit); }

// getDescriptorLimit(limits): limits is a Float64Array of two, soft and hard
Napi::Value GetDescriptorLimit(const Napi::CallbackInfo& info) {
  auto* limits = ArrayOf<double>(info, 0, 2);
  rlimit limit{};
  long result = OrErrno("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
  limits[0] = ToDouble(limit.rlim_cur);
  limits[1] = ToDouble(limit.rlim_max);
  return Result(info.Env(), result);
}

Napi::Value SetDescriptorLimit(const Napi::CallbackInfo& info) {
  double soft = Double(info, 0);
  rlimit limit{};
  long result = OrErrno("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
  if (result < 0) return Result(info.Env(), result);
  constexpr double kEnd = 18446744073709551616.0;
  if (soft < 0 || (soft >= kEnd && !std::isinf(soft)))
    return Result(info.Env(), FailedOf("setrlimit", -EINVAL));
  limit.rlim_cur = std::isinf(soft) ? RLIM_INFINITY : static_cast<rlim_t>(soft);
  return Result(info.Env(), OrErrno("setrlimit", setrlimit(RLIMIT_NOFILE, &limit)));
}

}  // namespace

void InitFd(Napi::Env env, Napi::Object exports) {
  exports.Set("pipe", Napi::Function::New<Pipe>(env, "pipe"));
  exports.Set("wakePipe", Napi::Function::New<WakePipe>(env, "wakePipe"));
  exports.Set("read", Napi::Function::New<Read>(env, "read"));
  exports.Set("write", Napi::Function::New<Write>(env, "write"));
  exports.Set("close", Napi::Function::New<Close>(env, "close"));
  exports.Set("dup", Napi::Function::New<Dup>(env, "dup"));
  exports.Set("dup2", Napi::Function::New<Dup2>(env, "dup2"));
  exports.Set("isOpen", Napi::Function::New<IsOpen>(env, "isOpen"));
  exports.Set("exists", Napi::Function::New<Exists>(env, "exists"));
  exports.Set("getBlocking", Napi::Function::New<GetBlocking>(env, "getBlocking"));
  exports.Set("setBlocking", Napi::Function::New<SetBlocking>(env, "setBlocking"));
  exports.Set("getDescriptorLimit", Napi::Function::New<GetDescriptorLimit>(env, "getrlimit"));
  exports.Set("setDescriptorLimit", Napi::Function::New<SetDescriptorLimit>(env, "setrlimit"));
}
