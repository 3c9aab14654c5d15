// Descriptors: pipe(2), read(2), write(2), close(2), dup(2), fcntl(2), getrlimit(2):
// https://man7.org/linux/man-pages/man2/fcntl.2.html
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>

#include "core/arguments.h"
#include "core/descriptor.h"
#include "core/modules.h"
#include "core/ownership.h"
#include "core/registered_numbers.h"
#include "core/result.h"
#include "os/os.h"

namespace {

// pipe(fds, blocking): the caller owns both ends
Napi::Value Pipe(const Napi::CallbackInfo& info) {
  int* fds = ArrayOf<int>(info, 0, 2);
  return Result(info.Env(), OpenPipe(fds, Bool(info, 1)));
}

// wakePipe(fds, registered): the pipe of an object that wakes another. Neither end blocks, both are owned
Napi::Value WakePipe(const Napi::CallbackInfo& info) {
  int* fds = ArrayOf<int>(info, 0, 2);
  RegisteredNumbers registered(info, 1);
  long result = OpenPipe(fds, false);
  if (result == 0) result = registered.AvoidBoth(fds);
  for (int i = 0; result == 0 && i < 2; ++i) OwnNew(info.Env(), fds[i]);
  return Result(info.Env(), result);
}

// read(fd, buffer)
Napi::Value Read(const Napi::CallbackInfo& info) {
  Bytes buffer = View(info, 1);
  return Result(info.Env(), OrErrno("read", read(Int(info, 0), buffer.data, buffer.length)));
}

// write(fd, data)
Napi::Value Write(const Napi::CallbackInfo& info) {
  Bytes data = View(info, 1);
  return Result(info.Env(), OrErrno("write", write(Int(info, 0), data.data, data.length)));
}

// close(fd)
Napi::Value Close(const Napi::CallbackInfo& info) {
  return Result(info.Env(), CloseDescriptor(Int(info, 0)));
}

// dup(fd)
Napi::Value Dup(const Napi::CallbackInfo& info) {
  return Result(info.Env(), DuplicateDescriptor(Int(info, 0), 0));
}

long CheckOpen(int fd) { return OrErrno("fcntl", fcntl(fd, F_GETFD)) < 0 ? -EBADF : 0; }

// isOpen(fd): 0, or -EBADF
Napi::Value IsOpen(const Napi::CallbackInfo& info) { return Result(info.Env(), CheckOpen(Int(info, 0))); }

// dup2(fd, target): if both are the same, only checks that the descriptor is open
Napi::Value Dup2(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  int target = Int(info, 1);
  if (fd != target) return Result(info.Env(), ReplaceDescriptor(fd, target));
  long result = CheckOpen(fd);
  return Result(info.Env(), result < 0 ? result : target);
}

// isWatchable(fd): 0, or -EBADF if it is closed, or was opened with O_PATH, which no wait can watch
Napi::Value IsWatchable(const Napi::CallbackInfo& info) {
  long flags = OrErrno("fcntl", fcntl(Int(info, 0), F_GETFL));
  if (flags >= 0 && (flags & kPathOnly) != 0) return Result(info.Env(), Failure("fcntl", EBADF));
  return Result(info.Env(), flags < 0 ? flags : 0);
}

// getBlocking(fd): 1 or 0
Napi::Value GetBlocking(const Napi::CallbackInfo& info) {
  return Result(info.Env(), IsBlocking(Int(info, 0)));
}

// setBlocking(fd, blocking)
Napi::Value CallSetBlocking(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  return Result(info.Env(), SetBlocking(fd, Bool(info, 1)));
}

double ToDouble(rlim_t limit) { return limit == RLIM_INFINITY ? HUGE_VAL : static_cast<double>(limit); }

// getDescriptorLimit(limits): limits is a Float64Array of two, the soft limit and the hard one
Napi::Value GetDescriptorLimit(const Napi::CallbackInfo& info) {
  auto* limits = ArrayOf<double>(info, 0, 2);
  rlimit limit{};
  long result = OrErrno("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
  limits[0] = ToDouble(limit.rlim_cur);
  limits[1] = ToDouble(limit.rlim_max);
  return Result(info.Env(), result);
}

// setDescriptorLimit(soft)
Napi::Value SetDescriptorLimit(const Napi::CallbackInfo& info) {
  double soft = Double(info, 0);
  rlimit limit{};
  long result = OrErrno("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
  if (result < 0) return Result(info.Env(), result);
  // 2^64, past the range of rlim_t.
  constexpr double kEnd = 18446744073709551616.0;
  const bool in_range = soft >= 0 && (soft < kEnd || std::isinf(soft));
  if (!in_range) return Result(info.Env(), Failure("setrlimit", EINVAL));
  limit.rlim_cur = std::isinf(soft) ? RLIM_INFINITY : static_cast<rlim_t>(soft);
  return Result(info.Env(), OrErrno("setrlimit", setrlimit(RLIMIT_NOFILE, &limit)));
}

}  // namespace

void InitFd(Napi::Object exports) {
  Export(exports, "pipe", Pipe);
  Export(exports, "wakePipe", WakePipe);
  Export(exports, "read", Read);
  Export(exports, "write", Write);
  Export(exports, "close", Close);
  Export(exports, "dup", Dup);
  Export(exports, "dup2", Dup2);
  Export(exports, "isOpen", IsOpen);
  Export(exports, "isWatchable", IsWatchable);
  Export(exports, "getBlocking", GetBlocking);
  Export(exports, "setBlocking", CallSetBlocking);
  Export(exports, "getDescriptorLimit", GetDescriptorLimit);
  Export(exports, "setDescriptorLimit", SetDescriptorLimit);
}
