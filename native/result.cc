// Which system call has failed: the name that the error gets, after errno(3):
// https://man7.org/linux/man-pages/man3/errno.3.html
#include "result.h"

#include "modules.h"

namespace {

// failedCall(): the name of the call that the last negative result came from
Napi::Value FailedCall(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), failed_call); }

}  // namespace

void InitResult(Napi::Env env, Napi::Object exports) {
  exports.Set("failedCall", Napi::Function::New<FailedCall>(env, "failedCall"));
}
