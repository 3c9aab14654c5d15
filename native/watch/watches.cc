// The watches of one environment, closed before it ends:
// https://nodejs.org/api/n-api.html#cleanup-on-exit-of-the-current-nodejs-environment
#include "watch/watches.h"

#include <cerrno>

#include "core/arguments.h"
#include "core/environment.h"
#include "core/modules.h"
#include "core/result.h"

Watches& Watches::Of(const Napi::CallbackInfo& info) { return Environment::Of(info.Env()).watches; }

long Watches::Prepare(napi_value found) {
  if (found_ != nullptr) return 0;
  if (long result = notifier_.Open(); result < 0) return result;
  // After the notifier, so that the threads are joined before it ends: hooks run in reverse order.
  napi_add_env_cleanup_hook(env_, OnCleanup, this);
  napi_create_reference(env_, found, 1, &found_);
  return 0;
}

Watch* Watches::Find(uint32_t id) const {
  auto found = watches_.find(id);
  return found == watches_.end() ? nullptr : found->second.get();
}

void Watches::Close(uint32_t id) { watches_.erase(id); }

void Watches::Receive(uint32_t id) const {
  Watch* watch = Find(id);
  if (watch != nullptr && watch->TakeFound()) CallFound(id);
}

void Watches::CallFound(uint32_t id) const {
  Napi::HandleScope scope(env_);
  napi_value found = nullptr;
  napi_value global = nullptr;
  napi_value argument = nullptr;
  if (napi_get_reference_value(env_, found_, &found) != napi_ok || found == nullptr) return;
  napi_get_global(env_, &global);
  napi_create_uint32(env_, id, &argument);
  // Node takes nullptr for the result, Deno does not.
  napi_value result = nullptr;
  napi_status status = napi_make_callback(env_, nullptr, global, found, 1, &argument, &result);
  if (status != napi_pending_exception) return;
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env_, &error) == napi_ok) napi_fatal_exception(env_, error);
}

void Watches::OnCleanup(void* data) {
  auto* self = static_cast<Watches*>(data);
  self->watches_.clear();
  self->notifier_.Close();
  napi_delete_reference(self->env_, self->found_);
}

napi_value FoundArgument(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsFunction()) throw Napi::TypeError::New(info.Env(), "function expected");
  return info[index];
}

namespace {

// cancelWatch(id)
void CancelWatch(const Napi::CallbackInfo& info) {
  if (Watch* watch = Watches::Of(info).Find(Uint(info, 0)); watch != nullptr) watch->Cancel();
}

// closeWatch(id)
void CloseWatch(const Napi::CallbackInfo& info) { Watches::Of(info).Close(Uint(info, 0)); }

}  // namespace

void InitWatches(Napi::Object exports) {
  Export(exports, "cancelWatch", CancelWatch);
  Export(exports, "closeWatch", CloseWatch);
}
