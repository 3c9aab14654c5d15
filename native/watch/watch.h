// A watch on the event loop, which calls a JavaScript function once for every time it is begun, when a wait
// would find something: https://docs.libuv.org/en/v1.x/handle.html
#pragma once

#include <napi.h>
#include <uv.h>

#include <cstdint>

#include "watch/wait_thread.h"

class Watches;

// To be told and to wait again costs no more than one more system call. Deletes itself some time after
// Close(), when libuv has closed its handle.
class Watch {
 public:
  // found: the JavaScript function. It gets the id.
  Watch(Watches& owner, uint32_t id, napi_value found);
  virtual ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // A watch implements one of these two; the other returns -EINVAL. Both return 0 or -errno. ref: whether the
  // watch keeps the event loop alive while it waits.
  virtual long BeginEpoll(bool ref, int epfd);
  // wait: the thread calls it.
  virtual long BeginThread(bool ref, WaitThread::Wait&& wait);
  // When it returns, none of the descriptors is in use.
  virtual void Cancel() = 0;
  virtual void Close();

 protected:
  virtual uv_handle_t* handle() = 0;
  void SetRef(bool ref);
  // Calls the function if the watch waits.
  void Found();

  bool waiting_ = false;

 private:
  void Call();

  Watches& owner_;
  const uint32_t id_;
  napi_ref found_ = nullptr;
};
