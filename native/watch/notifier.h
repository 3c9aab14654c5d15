// Calls the event loop from other threads:
// https://nodejs.org/api/n-api.html#asynchronous-thread-safe-function-calls
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <functional>

class Notifier {
 public:
  // receive: called by the event loop with each id that was notified.
  Notifier(napi_env env, std::function<void(uint32_t id)> receive)
      : env_(env), receive_(std::move(receive)) {}
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // 0 or -errno. Called once, before all else.
  long Open();

  // On any thread, between Open() and Close().
  void Notify(uint32_t id);

  // The event loop stays alive until each Ref() was undone by an Unref().
  void Ref();
  void Unref();

  // Nothing is received any more.
  void Close();

 private:
  static void OnCall(napi_env env, napi_value function, void* self, void* id);

  const napi_env env_;
  const std::function<void(uint32_t id)> receive_;
  napi_threadsafe_function function_ = nullptr;
  size_t refs_ = 0;
};
