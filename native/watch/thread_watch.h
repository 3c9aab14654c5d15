// A watch whose wait is a system call on a thread: see thread_watch.cc.
#pragma once

#include <memory>

#include "core/registered_numbers.h"
#include "watch/wait_thread.h"
#include "watch/watch.h"

class ThreadWatch : public Watch {
 public:
  ThreadWatch(Watches& owner, uint32_t id, napi_value found);

  // 0 or -errno. registered: numbers that the thread's own descriptors avoid.
  long Open(uv_loop_t* loop, const RegisteredNumbers& registered);

  long BeginThread(bool ref, WaitThread::Wait&& wait) override;
  void Cancel() override;
  void Close() override;

 protected:
  uv_handle_t* handle() override { return reinterpret_cast<uv_handle_t*>(&handle_); }

 private:
  static void OnAsync(uv_async_t* handle);

  // The thread wakes the loop with it.
  uv_async_t handle_{};
  std::unique_ptr<WaitThread> thread_;
};
