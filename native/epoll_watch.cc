// libuv's watch on an epoll descriptor, which is readable while one of its own is ready:
// https://docs.libuv.org/en/v1.x/poll.html
//
// libuv tells the kernel of a descriptor when its loop's turn comes, and ends the process if the kernel
// refuses then: the descriptor may have been closed, or too many paths lead to it by now. Therefore it gets a
// duplicate that nobody else knows, and the kernel is told here, while it can be said that it refuses.
// Whatever comes up afterwards, the kernel has this entry and refuses the others; libuv finds it there and
// changes it.
#include "platform.h"

#if IO_SELECTORS_HAS_EPOLL
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "epoll_watch.h"
#include "result.h"

namespace {

long Control(int epfd, int operation, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  return OrErrno("epoll_ctl", epoll_ctl(epfd, operation, fd, &event));
}

// Has the loop's epoll watch fd, as libuv will.
long Add(int loop_fd, int fd) {
  long result = Control(loop_fd, EPOLL_CTL_ADD, fd);
  return result == -EEXIST ? 0 : result;
}

// Whether epfd is open and an epoll. No call tells: to remove what is not there fails with ENOENT on an epoll
// only. The loop's epoll is not there if it watches this one, as the kernel allows no circles.
long CheckEpoll(int epfd, int loop_fd) {
  long result = Control(epfd, EPOLL_CTL_DEL, loop_fd);
  return result == -ENOENT ? 0 : result;
}

}  // namespace

long EpollWatch::Open(uv_loop_t* loop, int epfd, const Registrations& registered) {
  const int loop_fd = uv_backend_fd(loop);
  if (long result = CheckEpoll(epfd, loop_fd); result < 0) return result;
  const long fd = registered.Avoid(OrErrno("fcntl", fcntl(epfd, F_DUPFD_CLOEXEC, 0)));
  if (fd < 0) return fd;
  fd_ = static_cast<int>(fd);
  handle_.data = this;
  long result = Add(loop_fd, fd_);
  // An error of libuv's is -errno already. One here leaves no handle that had to be closed.
  if (result == 0) result = FailedOf("epoll_ctl", uv_poll_init(loop, &handle_, fd_));
  if (result < 0) CloseDuplicate(loop_fd);
  return result;
}

long EpollWatch::BeginEpoll(bool ref, int epfd) {
  const int loop_fd = uv_backend_fd(handle_.loop);
  long result = 0;
  if (uv_is_active(handle()) == 0) {
    result = FailedOf("epoll_ctl", uv_poll_start(&handle_, UV_READABLE, OnReadable));
    // Not before: to start begins with removing what is there.
    if (result == 0) result = Add(loop_fd, fd_);
  }
  if (result == 0) result = CheckEpoll(epfd, loop_fd);
  if (result < 0) {
    Cancel();
    return result;
  }
  SetRef(ref);
  waiting_ = true;
  return 0;
}

void EpollWatch::Cancel() {
  waiting_ = false;
  uv_poll_stop(&handle_);
}

void EpollWatch::Close() {
  const int loop_fd = uv_backend_fd(handle_.loop);
  Watch::Close();
  CloseDuplicate(loop_fd);
}

void EpollWatch::CloseDuplicate(int loop_fd) const {
  // The epoll stays open, and so would its entry. libuv may put this off until the number is another file's.
  Control(loop_fd, EPOLL_CTL_DEL, fd_);
  close(fd_);
}

void EpollWatch::OnReadable(uv_poll_t* handle, int /*status*/, int /*events*/) {
  auto* self = static_cast<EpollWatch*>(handle->data);
  // Stopped only now, and not after each wait, as most programs wait again at once and libuv would tell
  // the kernel twice for nothing.
  if (!self->waiting_) uv_poll_stop(handle);
  self->Found();
}
#endif
