// The watches of one environment: see watches.cc.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "watch/notifier.h"
#include "watch/watch.h"

// JavaScript refers to a watch by its id. A wrapped object would need a finalizer, and a thread that ends
// runs none.
class Watches {
 public:
  explicit Watches(napi_env env) : env_(env), notifier_(env, [this](uint32_t id) { Receive(id); }) {}
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  static Watches& Of(const Napi::CallbackInfo& info);

  // Makes a T and calls its Open(arguments...). Returns the id, or -errno. found: the JavaScript function
  // that is called with the ids of watches, always the same one.
  template <class T, class... Arguments>
  long Open(napi_value found, Arguments... arguments) {
    if (long result = Prepare(found); result < 0) return result;
    const uint32_t id = ++last_id_;
    auto watch = std::make_unique<T>(*this, id);
    if (long result = watch->Open(arguments...); result < 0) return result;
    watches_[id] = std::move(watch);
    return id;
  }

  // nullptr if it is closed.
  [[nodiscard]] Watch* Find(uint32_t id) const;

  // Harmless if it is closed.
  void Close(uint32_t id);

  // For watches, on the event loop: calls the function of JavaScript, which may close the watch. An exception
  // counts as uncaught.
  void CallFound(uint32_t id) const;

  [[nodiscard]] napi_env env() const { return env_; }
  [[nodiscard]] Notifier& notifier() { return notifier_; }

 private:
  long Prepare(napi_value found);
  void Receive(uint32_t id) const;
  static void OnCleanup(void* data);

  const napi_env env_;
  Notifier notifier_;
  // nullptr before the first watch is opened.
  napi_ref found_ = nullptr;
  // The open ones, by id.
  std::unordered_map<uint32_t, std::unique_ptr<Watch>> watches_;
  uint32_t last_id_ = 0;
};

// The argument that is called when a watch finds something.
napi_value FoundArgument(const Napi::CallbackInfo& info, size_t index);
