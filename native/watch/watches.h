// The watches of one environment: see watches.cc.
#pragma once

#include <napi.h>
#include <uv.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "core/result.h"
#include "watch/watch.h"

// JavaScript refers to a watch by its id. A wrapped object would need a finalizer, and a thread that ends
// runs none.
class Watches {
 public:
  explicit Watches(napi_env env) : env_(env) {}
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  static Watches& Of(const Napi::CallbackInfo& info);

  // Makes a T and calls its Open(loop, arguments...). Returns the id, or -errno.
  template <class T, class... Arguments>
  long Open(napi_value found, Arguments... arguments) {
    uv_loop_t* loop = Loop();
    if (loop == nullptr) return Failure("napi_get_uv_event_loop", ENOSYS);
    auto watch = std::make_unique<T>(*this, ++last_id_, found);
    long result = watch->Open(loop, arguments...);
    return result < 0 ? result : Add(last_id_, std::move(watch));
  }

  // nullptr if it is closed.
  [[nodiscard]] Watch* Find(uint32_t id) const;

  // Harmless if it is closed.
  void Close(uint32_t id);

  // For Watch: libuv has closed one.
  void Closed();
  [[nodiscard]] napi_env env() const { return env_; }

 private:
  static void OnCleanup(napi_async_cleanup_hook_handle handle, void* data);
  uv_loop_t* Loop();
  long Add(uint32_t id, std::unique_ptr<Watch> watch);
  void EndIfAllClosed();

  napi_env env_;
  // The open ones, by id.
  std::unordered_map<uint32_t, Watch*> watches_;
  uint32_t last_id_ = 0;
  // The open ones, and those that libuv has yet to close.
  size_t handles_ = 0;
  // Whether OnCleanup is installed.
  bool hooked_ = false;
  // Set when the environment ends. Removing the hook lets it end.
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
};

// The argument that is called when a watch finds something.
napi_value FoundArgument(const Napi::CallbackInfo& info, size_t index);
