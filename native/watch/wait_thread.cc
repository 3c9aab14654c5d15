// A thread that waits on behalf of an event loop, which must not block:
// https://en.cppreference.com/w/cpp/thread/thread
#include "watch/wait_thread.h"

#include <cstdint>
#include <system_error>
#include <utility>

#include "core/result.h"
#include "os/descriptor.h"
#include "os/os.h"

WaitThread::WaitThread(std::function<void()> found) : found_(std::move(found)) {}

WaitThread::~WaitThread() {
  if (thread_.joinable()) {
    {
      Lock lock(mutex_);
      Cancel(lock);
      state_ = State::kEnding;
    }
    changed_.notify_all();
    thread_.join();
  }
  if (wake_fds_[1] != wake_fds_[0]) CloseDescriptor(wake_fds_[1]);
  if (wake_fds_[0] >= 0) CloseDescriptor(wake_fds_[0]);
}

long WaitThread::Start(const RegisteredNumbers& registered) {
  int fds[2];
  long result = OpenWakeDescriptors(fds);
  if (result == 0) result = registered.AvoidBoth(fds);
  if (result < 0) return result;
  wake_fds_[0] = fds[0];
  wake_fds_[1] = fds[1];
  // No signal must interrupt the thread's calls.
  const SignalBlock block;
  try {
    thread_ = std::thread(&WaitThread::Run, this);
  } catch (const std::system_error& error) {
    return Failure("pthread_create", error.code().default_error_condition().value());
  }
  return 0;
}

void WaitThread::Begin(Wait wait) {
  Lock lock(mutex_);
  Cancel(lock);
  wait_ = std::move(wait);
  state_ = State::kBegun;
  changed_.notify_all();
}

void WaitThread::Cancel() {
  Lock lock(mutex_);
  Cancel(lock);
}

bool WaitThread::IsWaiting() {
  Lock lock(mutex_);
  return state_ == State::kBegun || state_ == State::kWaiting;
}

bool WaitThread::TakeFound() {
  Lock lock(mutex_);
  if (state_ != State::kFound) return false;
  state_ = State::kIdle;
  return true;
}

void WaitThread::Cancel(Lock& lock) {
  if (state_ == State::kWaiting && !woken_) {
    const uint64_t one = 1;
    woken_ = WriteDescriptor(wake_fds_[1], &one, sizeof one) > 0;
  }
  while (state_ == State::kWaiting) changed_.wait(lock);
  state_ = State::kIdle;
}

void WaitThread::Drain() {
  if (!woken_) return;
  uint64_t count = 0;
  woken_ = ReadDescriptor(wake_fds_[0], &count, sizeof count) < 0;
}

void WaitThread::Run() {
  Lock lock(mutex_);
  for (;;) {
    while (state_ != State::kBegun && state_ != State::kEnding) changed_.wait(lock);
    if (state_ == State::kEnding) return;
    state_ = State::kWaiting;
    const Wait wait = std::move(wait_);
    // A cancelled call leaves its wake-up behind, whether or not it had returned by itself.
    Drain();
    lock.unlock();
    const bool found = wait(wake_fds_[0]);
    lock.lock();
    state_ = found ? State::kFound : State::kIdle;
    if (found) found_();
    changed_.notify_all();
  }
}
