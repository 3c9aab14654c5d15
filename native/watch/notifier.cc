// One threadsafe function for all threads of an environment:
// https://nodejs.org/api/n-api.html#asynchronous-thread-safe-function-calls
#include "watch/notifier.h"

#include <cerrno>

#include "core/result.h"

long Notifier::Open() {
  napi_value name = nullptr;
  napi_create_string_utf8(env_, "io-selectors", NAPI_AUTO_LENGTH, &name);
  napi_status status = napi_create_threadsafe_function(env_, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                                       this, OnCall, &function_);
  if (status != napi_ok) return Failure("napi_create_threadsafe_function", ENOMEM);
  napi_unref_threadsafe_function(env_, function_);
  return 0;
}

void Notifier::Notify(uint32_t id) {
  auto* data = reinterpret_cast<void*>(uintptr_t{id});  // NOLINT(performance-no-int-to-ptr)
  // The queue has no limit, so there is always room.
  napi_call_threadsafe_function(function_, data, napi_tsfn_nonblocking);
}

void Notifier::Ref() {
  if (refs_++ == 0) napi_ref_threadsafe_function(env_, function_);
}

void Notifier::Unref() {
  if (--refs_ == 0) napi_unref_threadsafe_function(env_, function_);
}

void Notifier::Close() { napi_release_threadsafe_function(function_, napi_tsfn_abort); }

void Notifier::OnCall(napi_env env, napi_value /*function*/, void* self, void* id) {
  // Without an env, the environment is ending, and the notifier may be gone.
  if (env == nullptr) return;
  static_cast<Notifier*>(self)->receive_(static_cast<uint32_t>(reinterpret_cast<uintptr_t>(id)));
}
