// A thread that makes one blocking system call at a time: https://en.cppreference.com/w/cpp/thread/thread
//
// It knows neither JavaScript nor the event loop.
#pragma once

#include <functional>

#include "core/registered_numbers.h"
#include "os/threads.h"

class WaitThread {
 public:
  // Makes a blocking call that also returns when wake_fd is readable. Returns whether it has found anything
  // else.
  using Wait = std::function<bool(int wake_fd)>;

  // found: called on the thread. Must not call this object.
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

  // Whether a call was begun and has not returned.
  bool IsWaiting();

  // The descriptor that ends a call.
  [[nodiscard]] int wake_fd() const { return wake_fds_[0]; }

  // Whether the last call has found something and was not cancelled. Only the first answer is true.
  bool TakeFound();

 private:
  enum class State { kIdle, kBegun, kWaiting, kFound, kEnding };

  using Lock = std::unique_lock<std::mutex>;

  void Run();
  void Cancel(Lock& lock);
  // Empties the wake-up descriptor if it was written to. The caller holds mutex_.
  void Drain();

  const std::function<void()> found_;
  // See OpenWakeDescriptors.
  int wake_fds_[2] = {-1, -1};
  std::thread thread_;

  std::mutex mutex_;
  // Notified when state_ changes.
  std::condition_variable changed_;
  // mutex_ guards these.
  State state_ = State::kIdle;
  // The next call, in state kBegun.
  Wait wait_;
  // Whether the wake-up descriptor is readable.
  bool woken_ = false;
};
