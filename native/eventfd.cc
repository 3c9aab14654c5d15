// eventfd(2): https://man7.org/linux/man-pages/man2/eventfd.2.html
#include "platform.h"

#if IO_SELECTORS_LINUX
#include <sys/eventfd.h>
#include <unistd.h>

#include "arguments.h"
#include "modules.h"
#include "ownership.h"
#include "registrations.h"
#include "result.h"

namespace {

// eventfd(initial, blocking, registered): a start value past 32 bits is written afterwards, by JavaScript
Napi::Value Eventfd(const Napi::CallbackInfo& info) {
  bool blocking = Bool(info, 1);
  Registrations registered(info, 2);
  long fd = OrErrno("eventfd", eventfd(Uint(info, 0), EFD_CLOEXEC | (blocking ? 0 : EFD_NONBLOCK)));
  return Result(info.Env(), Made(info.Env(), registered.Avoid(fd)));
}

}  // namespace

void InitEventfd(Napi::Env env, Napi::Object exports) {
  exports.Set("eventfd", Napi::Function::New<Eventfd>(env, "eventfd"));
}

#else
#include "modules.h"

void InitEventfd(Napi::Env, Napi::Object) {}
#endif
