// The watches of one environment: see watch.cc.
#pragma once

#include <napi.h>
#include <uv.h>

#include <cstdint>
#include <unordered_map>

#include "wait_thread.h"

class Watches;

// Tells, once for each time it was begun, that a wait would find something. To be told and to wait again at
// once costs no system call. Deletes itself some time after Close().
class Watch {
 public:
  Watch(Watches& owner, uint32_t id) : owner_(owner), id_(id) {}
  virtual ~Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // ref: whether it keeps the event loop alive. wait: for a thread to make. 0 or -errno.
  virtual long Begin(bool ref, WaitThread::Wait wait) = 0;
  // Afterwards no descriptor is in use.
  virtual void Cancel() = 0;
  virtual void Close();

 protected:
  virtual uv_handle_t* handle() = 0;
  void SetRef(bool ref);
  void Found();

  bool waiting_ = false;

 private:
  Watches& owner_;
  const uint32_t id_;
};

// JavaScript knows them by number: an object of ours would need a finalizer, and Node runs none when a
// thread ends. Deletes itself when the environment has ended, which waits until libuv has closed all handles.
class Watches {
 public:
  explicit Watches(napi_env env) : env_(env) {}
  ~Watches();
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  void CloseWithEnvironment();
  void SetFound(napi_value found);

  // An id, or -errno.
  template <class T, class... Arguments>
  long Open(Arguments... arguments);
  Watch* Find(uint32_t id) const;
  void Close(uint32_t id);

  // For Watch: one has found something,
  void Call(uint32_t id);
  // and one is closed.
  void Closed();

 private:
  static void OnCleanup(napi_async_cleanup_hook_handle handle, void* data);
  void EndIfAllClosed();

  napi_env env_;
  napi_ref found_ = nullptr;
  std::unordered_map<uint32_t, Watch*> watches_;
  uint32_t last_id_ = 0;
  // Those that libuv has not closed yet included.
  size_t open_ = 0;
  napi_async_cleanup_hook_handle ended_ = nullptr;
};
