// The watches of one environment. An environment must not end before libuv has closed their handles:
// https://nodejs.org/api/n-api.html#napi_add_async_cleanup_hook
#include "watch/watches.h"

#include <utility>

#include "core/arguments.h"
#include "core/environment.h"
#include "core/modules.h"

Watches& Watches::Of(const Napi::CallbackInfo& info) { return Environment::Of(info.Env()).watches; }

uv_loop_t* Watches::Loop() {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env_, &loop) != napi_ok) return nullptr;
  // Done at the first watch, so that a runtime without these functions can load the addon.
  if (!hooked_) hooked_ = napi_add_async_cleanup_hook(env_, OnCleanup, this, nullptr) == napi_ok;
  return loop;
}

long Watches::Add(uint32_t id, std::unique_ptr<Watch> watch) {
  ++handles_;
  watches_[id] = watch.release();
  return id;
}

Watch* Watches::Find(uint32_t id) const {
  auto found = watches_.find(id);
  return found == watches_.end() ? nullptr : found->second;
}

void Watches::Close(uint32_t id) {
  Watch* watch = Find(id);
  if (watch == nullptr) return;
  watches_.erase(id);
  watch->Close();
}

void Watches::Closed() {
  --handles_;
  EndIfAllClosed();
}

void Watches::OnCleanup(napi_async_cleanup_hook_handle handle, void* data) {
  auto* self = static_cast<Watches*>(data);
  self->cleanup_ = handle;
  for (const auto& [id, watch] : std::exchange(self->watches_, {})) watch->Close();
  self->EndIfAllClosed();
}

void Watches::EndIfAllClosed() {
  if (cleanup_ != nullptr && handles_ == 0) napi_remove_async_cleanup_hook(cleanup_);
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
