// eventfd(2): https://man7.org/linux/man-pages/man2/eventfd.2.html
#include <sys/eventfd.h>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/ownership.h"
#include "core/registered_numbers.h"
#include "core/result.h"

namespace {

// eventfd(initial, blocking, registered): JavaScript writes an initial value of more than 32 bits afterwards
Napi::Value Eventfd(const Napi::CallbackInfo& info) {
  bool blocking = Bool(info, 1);
  RegisteredNumbers registered(info, 2);
  long fd = OrErrno("eventfd", eventfd(Uint(info, 0), EFD_CLOEXEC | (blocking ? 0 : EFD_NONBLOCK)));
  return Result(info.Env(), OwnNew(info.Env(), registered.Avoid(fd)));
}

}  // namespace

void InitEventfd(Napi::Object exports) { Export(exports, "eventfd", Eventfd); }
