// Tells JavaScript on its event loop that a wait would find something:
// https://docs.libuv.org/en/v1.x/handle.html
#pragma once

#include <napi.h>
#include <uv.h>

#include <cstdint>

#include "watch/wait_thread.h"

class Watches;

// Calls a function once for each time it is begun, and the function can begin it again. Deletes itself after
// Close(), as soon as libuv has closed its handle.
class Watch {
 public:
  // found: the JavaScript function, called with the id.
  Watch(Watches& owner, uint32_t id, napi_value found);
  virtual ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Both return 0 or -errno. A watch implements one of them, and the other returns -EINVAL. ref: whether the
  // watch keeps the event loop alive while it waits.
  virtual long BeginEpoll(bool ref, int epfd);
  // wait: run by the thread.
  virtual long BeginThread(bool ref, WaitThread::Wait&& wait);
  // When it returns, the watch uses none of the descriptors.
  virtual void Cancel() = 0;
  virtual void Close();

 protected:
  virtual uv_handle_t* handle() = 0;
  void SetRef(bool ref);
  // Calls the function, unless the watch was cancelled.
  void Found();

  bool waiting_ = false;

 private:
  void Call();

  Watches& owner_;
  const uint32_t id_;
  napi_ref found_ = nullptr;
};
