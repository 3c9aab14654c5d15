// A thread that sleeps in select(2) or poll(2) for an event loop that must not. It knows neither JavaScript
// nor libuv's loops: whoever owns it is told by a function.
#pragma once

#include <uv.h>

#include <functional>

#include "registrations.h"

class WaitThread {
 public:
  // Makes one system call, on a set of its own and wake_fd. Whether anything but wake_fd ended it.
  using Wait = std::function<bool(int wake_fd)>;

  // found is called on the thread.
  explicit WaitThread(std::function<void()> found);
  WaitThread(const WaitThread&) = delete;
  WaitThread& operator=(const WaitThread&) = delete;
  // When this returns the thread has ended.
  ~WaitThread();

  // 0 or -errno. To be called once, before all else. registered: what its own descriptors avoid.
  long Start(const Registrations& registered);

  // Has the thread make this call, and no earlier one any more; and then call found if it found something.
  void Begin(Wait wait);

  // When this returns the thread is in no call: no descriptor of a set is in use by it.
  void Cancel();

 private:
  enum class State { kIdle, kBegun, kWaiting, kEnding };

  static void Main(void* self) { static_cast<WaitThread*>(self)->Run(); }
  void Run();
  void CancelLocked();

  const std::function<void()> found_;
  // Read end and write end, which are one where there are eventfds.
  int wake_fds_[2] = {-1, -1};
  uv_thread_t thread_{};
  bool started_ = false;

  // libuv's, whose symbols Node exports: those of the C++ library are newer than the oldest one we run with.
  uv_mutex_t mutex_{};
  uv_cond_t changed_{};
  // Guarded by mutex_.
  State state_ = State::kIdle;
  Wait wait_;
  bool woken_ = false;
};
