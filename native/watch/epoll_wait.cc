// epoll_wait(2) on a WaitThread, for epoll descriptors that libuv's loop cannot watch, or not well enough:
// https://man7.org/linux/man-pages/man2/epoll_wait.2.html
//
// poll(2) on the epoll descriptor finds whether there are events, and takes none of them. But an exclusive
// registration wakes only threads that are in epoll_wait(2). That call takes an event, which is kept for
// JavaScript.
#include <poll.h>
#include <sys/epoll.h>

#include <cerrno>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"
#include "watch/thread_watch.h"
#include "watch/watches.h"

namespace {

// The event of the descriptor that wakes the thread. Those of registrations have a generation in the upper
// half.
uint64_t WakeData(int wake_fd) { return static_cast<uint32_t>(wake_fd); }

long Control(int epfd, int operation, int wake_fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = WakeData(wake_fd);
  return OrErrno("epoll_ctl", epoll_ctl(epfd, operation, wake_fd, &event));
}

// Whether anything but wake_fd has ended the call. An error counts as found: the selector's own call will
// meet it as well, and report it.
bool Poll(int epfd, int wake_fd) {
  pollfd entries[] = {{epfd, POLLIN, 0}, {wake_fd, POLLIN, 0}};
  int count = 0;
  do {
    count = poll(entries, 2, -1);
  } while (count < 0 && errno == EINTR);
  return count < 0 || entries[0].revents != 0;
}

// The same by epoll_wait(2). taken: gets the event, if it is not that of wake_fd, which is registered.
bool Wait(int epfd, int wake_fd, epoll_event& taken) {
  epoll_event event{};
  int count = 0;
  do {
    count = epoll_wait(epfd, &event, 1, -1);
  } while (count < 0 && errno == EINTR);
  if (count == 1 && event.data.u64 == WakeData(wake_fd)) return false;
  if (count == 1) taken = event;
  return true;
}

class EpollThreadWatch final : public ThreadWatch {
 public:
  using ThreadWatch::ThreadWatch;
  // The thread must not use members that are gone.
  ~EpollThreadWatch() override { EpollThreadWatch::Cancel(); }

  long BeginEpoll(bool ref, int epfd, bool exclusive) override {
    Cancel();
    // Only DEL can probe an epoll without altering it: ENOENT means that it is one.
    long result = Control(epfd, exclusive ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, wake_fd());
    if (!exclusive && result == -ENOENT) result = 0;
    if (result < 0) return result;
    if (!exclusive) return BeginThread(ref, [epfd](int wake_fd) { return Poll(epfd, wake_fd); });
    waited_epfd_ = epfd;
    return BeginThread(ref, [this, epfd](int wake_fd) { return Wait(epfd, wake_fd, taken_); });
  }

  void Cancel() override {
    ThreadWatch::Cancel();
    RemoveWake();
  }

  bool TakeFound() override {
    const bool found = ThreadWatch::TakeFound();
    if (found) RemoveWake();
    return found;
  }

  bool TakeEvent(uint32_t words[3]) override {
    if (IsWaiting() || taken_.data.u64 == 0) return false;
    words[0] = taken_.events;
    words[1] = static_cast<uint32_t>(taken_.data.u64);
    words[2] = static_cast<uint32_t>(taken_.data.u64 >> 32);
    taken_ = {};
    return true;
  }

 private:
  // A call of the selector's must not find the descriptor.
  void RemoveWake() {
    if (waited_epfd_ >= 0) Control(waited_epfd_, EPOLL_CTL_DEL, wake_fd());
    waited_epfd_ = -1;
  }

  // The epoll descriptor that wake_fd is registered with, or -1.
  int waited_epfd_ = -1;
  // Its data is 0 if there is none. The thread writes it during a call.
  epoll_event taken_{};
};

// openEpollThreadWatch(found, registered): the id, or -errno
Napi::Value OpenEpollThreadWatch(const Napi::CallbackInfo& info) {
  napi_value found = FoundArgument(info, 0);
  return Result(info.Env(), Watches::Of(info).Open<EpollThreadWatch>(found, RegisteredNumbers(info, 1)));
}

// beginEpoll(id, ref, epfd, exclusive): epfd as for openEpollWatch
Napi::Value BeginEpoll(const Napi::CallbackInfo& info) {
  Watch* watch = Watches::Of(info).Find(Uint(info, 0));
  if (watch == nullptr) return Result(info.Env(), Failure("epoll_wait", EBADF));
  return Result(info.Env(), watch->BeginEpoll(Bool(info, 1), Int(info, 2), Bool(info, 3)));
}

// takeEpollEvent(id, event): 1 if there was one, else 0
Napi::Value TakeEpollEvent(const Napi::CallbackInfo& info) {
  Watch* watch = Watches::Of(info).Find(Uint(info, 0));
  auto* event = ArrayOf<uint32_t>(info, 1, 3);
  return Result(info.Env(), watch != nullptr && watch->TakeEvent(event) ? 1 : 0);
}

}  // namespace

void InitEpollWait(Napi::Object exports) {
  Export(exports, "openEpollThreadWatch", OpenEpollThreadWatch);
  Export(exports, "beginEpoll", BeginEpoll);
  Export(exports, "takeEpollEvent", TakeEpollEvent);
}
