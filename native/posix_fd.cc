// What descriptors have on every system but Windows: pipe(2), dup2(2), fcntl(2):
// https://man7.org/linux/man-pages/man2/dup.2.html
#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"
#include "os/descriptor.h"
#include "os/posix.h"

namespace {

// pipe(fds, blocking): the caller owns both ends
Napi::Value Pipe(const Napi::CallbackInfo& info) {
  int* fds = ArrayOf<int>(info, 0, 2);
  return Result(info.Env(), OpenPipe(fds, Bool(info, 1)));
}

// dup2(fd, target): if both are the same, only checks that the descriptor is open
Napi::Value Dup2(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  int target = Int(info, 1);
  if (fd != target) return Result(info.Env(), ReplaceDescriptor(fd, target));
  long result = CheckOpen(fd);
  return Result(info.Env(), result < 0 ? result : target);
}

// getBlocking(fd): 1 or 0
Napi::Value GetBlocking(const Napi::CallbackInfo& info) {
  return Result(info.Env(), IsBlocking(Int(info, 0)));
}

}  // namespace

void InitPosixFd(Napi::Object exports) {
  Export(exports, "pipe", Pipe);
  Export(exports, "dup2", Dup2);
  Export(exports, "getBlocking", GetBlocking);
}
