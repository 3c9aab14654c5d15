// The watches of one environment: see watch.cc.
#pragma once

#include <napi.h>
#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "wait_thread.h"

class Watches;

// Tells, once for each time it was begun, that a wait would find something. To be told and to wait again at
// once costs no more than a system call. Deletes itself some time after Close().
class Watch {
 public:
  // found is called with the id.
  Watch(Watches& owner, uint32_t id, napi_value found);
  virtual ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Both return 0 or -errno, -EINVAL if it is not a watch of that kind. ref: whether it keeps the event loop
  // alive.
  virtual long BeginEpoll(bool ref, int epfd);
  // wait: for a thread to make.
  virtual long BeginThread(bool ref, WaitThread::Wait&& wait);
  // Afterwards no descriptor is in use.
  virtual void Cancel() = 0;
  virtual void Close();

 protected:
  virtual uv_handle_t* handle() = 0;
  void SetRef(bool ref);
  void Found();

  bool waiting_ = false;

 private:
  void Call();

  Watches& owner_;
  const uint32_t id_;
  napi_ref found_ = nullptr;
};

// JavaScript knows them by number: an object of ours would need a finalizer, and Node runs none when a
// thread ends. The environment waits until libuv has closed all handles.
class Watches {
 public:
  explicit Watches(napi_env env) : env_(env) {}
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  // An id, or -errno.
  template <class T, class... Arguments>
  long Open(napi_value found, Arguments... arguments);
  [[nodiscard]] Watch* Find(uint32_t id) const;
  void Close(uint32_t id);

  // For Watch: one is closed.
  void Closed();
  [[nodiscard]] napi_env env() const { return env_; }

 private:
  static void OnCleanup(napi_async_cleanup_hook_handle handle, void* data);
  void EndIfAllClosed();

  napi_env env_;
  std::unordered_map<uint32_t, Watch*> watches_;
  uint32_t last_id_ = 0;
  // Those that libuv has not closed yet included.
  size_t open_ = 0;
  bool hooked_ = false;
  napi_async_cleanup_hook_handle ended_ = nullptr;
};
