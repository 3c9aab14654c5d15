// The name of the system call that failed, to go with errno(3):
// https://man7.org/linux/man-pages/man3/errno.3.html
#include "core/result.h"

#include "core/modules.h"

namespace {

// failedCall(): the system call that the last negative result came from
Napi::Value FailedCall(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), failed_call); }

}  // namespace

void InitResult(Napi::Object exports) { Export(exports, "failedCall", FailedCall); }
