// A thread that sleeps in select(2) or poll(2): https://man7.org/linux/man-pages/man7/pthreads.7.html
#include "wait_thread.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

#include "pipe.h"
#include "platform.h"
#include "result.h"

#if IO_SELECTORS_LINUX
#include <sys/eventfd.h>
#endif

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

// 0 or -errno, with nothing open.
long OpenWakeFds(int fds[2], const Registrations& registered) {
#if IO_SELECTORS_LINUX
  long fd = registered.Avoid(OrErrno("eventfd", eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)));
  if (fd < 0) return fd;
  fds[0] = fds[1] = static_cast<int>(fd);
  return 0;
#else
  int opened[2];
  long result = OpenPipe(opened, false);
  if (result == 0) result = registered.AvoidBoth(opened);
  if (result == 0) std::copy_n(opened, 2, fds);
  return result;
#endif
}

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

long WaitThread::Start(const Registrations& registered) {
  long result = OpenWakeFds(wake_fds_, registered);
  if (result < 0) return result;
  // The thread inherits this mask: no signal ends its calls, and none is handled on its small stack. Despite
  // what POSIX leaves open, sigprocmask is about the calling thread alone; pthread_sigmask would tie the
  // binary to glibc 2.32.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);  // NOLINT(concurrency-mt-unsafe)
  uv_thread_options_t options{};
  options.flags = UV_THREAD_HAS_STACK_SIZE;
  options.stack_size = kStackSize;
  result = FailedOf("pthread_create", uv_thread_create_ex(&thread_, &options, Main, this));
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

void WaitThread::Run() {
  Lock lock(&mutex_);
  for (;;) {
    while (state_ == State::kIdle) uv_cond_wait(&changed_, &mutex_);
    if (state_ == State::kEnding) return;
    state_ = State::kWaiting;
    Wait wait = std::move(wait_);
    if (woken_) {
      // Left over from a call that was cancelled, whether or not it had ended by itself.
      uint64_t count = 0;
      woken_ = read(wake_fds_[0], &count, sizeof count) < 0;
    }
    uv_mutex_unlock(&mutex_);
    bool found = wait(wake_fds_[0]);
    uv_mutex_lock(&mutex_);
    state_ = State::kIdle;
    if (found) found_();
    uv_cond_broadcast(&changed_);
  }
}
