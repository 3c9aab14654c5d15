// A thread that waits on behalf of an event loop, which must not block that must not block:
// https://man7.org/linux/man-pages/man7/pthreads.7.html
#include "watch/wait_thread.h"

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <utility>

#include "core/result.h"
#include "os/os.h"

namespace {

constexpr size_t kStackSize = 0x40000;

class Lock {
 public:
  explicit Lock(uv_mutex_t* mutex) : mutex_(mutex) { uv_mutex_lock(mutex_); }
  ~Lock() { uv_mutex_unlock(mutex_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  uv_mutex_t* mutex_;
};

}  // namespace

WaitThread::WaitThread(std::function<void()> found) : found_(std::move(found)) {
  uv_mutex_init(&mutex_);
  uv_cond_init(&changed_);
}

WaitThread::~WaitThread() {
  if (started_) {
    {
      Lock lock(&mutex_);
      CancelLocked();
      state_ = State::kEnding;
      uv_cond_broadcast(&changed_);
    }
    uv_thread_join(&thread_);
  }
  uv_cond_destroy(&changed_);
  uv_mutex_destroy(&mutex_);
  if (wake_fds_[1] != wake_fds_[0]) close(wake_fds_[1]);
  if (wake_fds_[0] >= 0) close(wake_fds_[0]);
}

long WaitThread::Start(const RegisteredNumbers& registered) {
  int fds[2];
  long result = OpenWakeDescriptors(fds);
  if (result == 0) result = registered.AvoidBoth(fds);
  if (result < 0) return result;
  wake_fds_[0] = fds[0];
  wake_fds_[1] = fds[1];
  // The thread inherits this mask: no signal interrupts its calls, and no handler runs on its small stack.
  // sigprocmask(2) acts on the calling thread only, although POSIX does not promise that. pthread_sigmask
  // would make the addon need glibc 2.32.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);  // NOLINT(concurrency-mt-unsafe)
  uv_thread_options_t options{};
  options.flags = UV_THREAD_HAS_STACK_SIZE;
  options.stack_size = kStackSize;
  result = OrError("pthread_create", uv_thread_create_ex(&thread_, &options, Main, this));
  sigprocmask(SIG_SETMASK, &before, nullptr);  // NOLINT(concurrency-mt-unsafe)
  started_ = result == 0;
  return result;
}

void WaitThread::Begin(Wait wait) {
  Lock lock(&mutex_);
  CancelLocked();
  wait_ = std::move(wait);
  state_ = State::kBegun;
  uv_cond_broadcast(&changed_);
}

void WaitThread::Cancel() {
  Lock lock(&mutex_);
  CancelLocked();
}

void WaitThread::CancelLocked() {
  if (state_ == State::kWaiting && !woken_) {
    const uint64_t one = 1;
    woken_ = write(wake_fds_[1], &one, sizeof one) > 0;
  }
  while (state_ == State::kWaiting) uv_cond_wait(&changed_, &mutex_);
  state_ = State::kIdle;
}

void WaitThread::DrainLocked() {
  if (!woken_) return;
  uint64_t count = 0;
  woken_ = read(wake_fds_[0], &count, sizeof count) < 0;
}

void WaitThread::Run() {
  Lock lock(&mutex_);
  for (;;) {
    while (state_ == State::kIdle) uv_cond_wait(&changed_, &mutex_);
    if (state_ == State::kEnding) return;
    state_ = State::kWaiting;
    Wait wait = std::move(wait_);
    // A cancelled call leaves its wake-up behind, whether or not it had returned by itself.
    DrainLocked();
    uv_mutex_unlock(&mutex_);
    bool found = wait(wake_fds_[0]);
    uv_mutex_lock(&mutex_);
    state_ = State::kIdle;
    if (found) found_();
    uv_cond_broadcast(&changed_);
  }
}
