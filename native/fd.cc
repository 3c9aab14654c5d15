// Descriptors: read(2), write(2), close(2), dup(2), fcntl(2):
// https://man7.org/linux/man-pages/man2/fcntl.2.html
#include "core/arguments.h"
#include "core/modules.h"
#include "core/ownership.h"
#include "core/registered_numbers.h"
#include "core/result.h"
#include "os/descriptor.h"
#include "os/os.h"

namespace {

// wakePair(fds, registered): the two ends of what wakes another object, where there is no eventfd. Neither
// end blocks, both are owned
Napi::Value WakePair(const Napi::CallbackInfo& info) {
  int* fds = ArrayOf<int>(info, 0, 2);
  RegisteredNumbers registered(info, 1);
  long result = OpenWakePair(fds);
  if (result == 0) result = registered.AvoidBoth(fds);
  for (int i = 0; result == 0 && i < 2; ++i) OwnNew(info.Env(), fds[i]);
  return Result(info.Env(), result);
}

// read(fd, buffer)
Napi::Value Read(const Napi::CallbackInfo& info) {
  Bytes buffer = View(info, 1);
  return Result(info.Env(), ReadDescriptor(Int(info, 0), buffer.data, buffer.length));
}

// write(fd, data)
Napi::Value Write(const Napi::CallbackInfo& info) {
  Bytes data = View(info, 1);
  return Result(info.Env(), WriteDescriptor(Int(info, 0), data.data, data.length));
}

// close(fd)
Napi::Value Close(const Napi::CallbackInfo& info) {
  return Result(info.Env(), CloseDescriptor(Int(info, 0)));
}

// dup(fd)
Napi::Value Dup(const Napi::CallbackInfo& info) {
  return Result(info.Env(), DuplicateDescriptor(Int(info, 0), 0));
}

// isOpen(fd): 0, or -EBADF
Napi::Value IsOpen(const Napi::CallbackInfo& info) { return Result(info.Env(), CheckOpen(Int(info, 0))); }

// isWatchable(fd): 0, or -EBADF if it is closed, or was opened with O_PATH, which no wait can watch;
// -ENOTSOCK on Windows for anything but a socket
Napi::Value IsWatchable(const Napi::CallbackInfo& info) {
  return Result(info.Env(), CheckWatchable(Int(info, 0)));
}

// setBlocking(fd, blocking)
Napi::Value CallSetBlocking(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  return Result(info.Env(), SetBlocking(fd, Bool(info, 1)));
}

}  // namespace

void InitFd(Napi::Object exports) {
  exports.Set("onlySockets", kOnlySockets);
  Export(exports, "wakePair", WakePair);
  Export(exports, "read", Read);
  Export(exports, "write", Write);
  Export(exports, "close", Close);
  Export(exports, "dup", Dup);
  Export(exports, "isOpen", IsOpen);
  Export(exports, "isWatchable", IsWatchable);
  Export(exports, "setBlocking", CallSetBlocking);
}
