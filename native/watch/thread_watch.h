// A watch whose wait is a system call on a thread: see thread_watch.cc.
#pragma once

#include <cstdint>

#include "core/registered_numbers.h"
#include "watch/wait_thread.h"
#include "watch/watch.h"

class Watches;

class ThreadWatch : public Watch {
 public:
  ThreadWatch(Watches& owner, uint32_t id);
  ~ThreadWatch() override;

  // 0 or -errno. registered: numbers that the thread's own descriptors avoid.
  long Open(const RegisteredNumbers& registered) { return thread_.Start(registered); }

  long BeginThread(bool ref, WaitThread::Wait&& wait) override;
  void Cancel() override;
  bool TakeFound() override;

 protected:
  [[nodiscard]] int wake_fd() const { return thread_.wake_fd(); }
  bool IsWaiting() { return thread_.IsWaiting(); }

 private:
  void SetRef(bool ref);

  Watches& owner_;
  // Whether it keeps the event loop alive.
  bool ref_ = false;
  WaitThread thread_;
};
