// A thread that makes one blocking system call at a time:
// https://man7.org/linux/man-pages/man7/pthreads.7.html
//
// It knows neither JavaScript nor the event loop.
#pragma once

#include <uv.h>

#include <functional>

#include "core/registered_numbers.h"

class WaitThread {
 public:
  // Makes a blocking call that also returns when wake_fd is readable. Returns whether it has found anything
  // else.
  using Wait = std::function<bool(int wake_fd)>;

  // found: called on the thread.
  explicit WaitThread(std::function<void()> found);
  WaitThread(const WaitThread&) = delete;
  WaitThread& operator=(const WaitThread&) = delete;
  // Joins the thread.
  ~WaitThread();

  // Returns 0 or -errno. Called once, before all else. registered: numbers that its own descriptors avoid.
  long Start(const RegisteredNumbers& registered);

  // Cancels the present call, if any, and makes this one. Calls found if it finds something.
  void Begin(Wait wait);

  // When it returns, the thread is in no call, and uses no descriptor of a set.
  void Cancel();

 private:
  enum class State { kIdle, kBegun, kWaiting, kEnding };

  static void Main(void* self) { static_cast<WaitThread*>(self)->Run(); }
  void Run();
  // The caller holds mutex_.
  void CancelLocked();
  // Empties the wake-up descriptor if it was written to.
  void DrainLocked();

  const std::function<void()> found_;
  // See OpenWakeDescriptors.
  int wake_fds_[2] = {-1, -1};
  uv_thread_t thread_{};
  bool started_ = false;

  // libuv's, as std::condition_variable needs a newer C++ library than the oldest that is supported.
  uv_mutex_t mutex_{};
  // Signalled when state_ changes.
  uv_cond_t changed_{};
  // mutex_ guards these.
  State state_ = State::kIdle;
  // The next call, in state kBegun.
  Wait wait_;
  // Whether the wake-up descriptor is readable.
  bool woken_ = false;
};
