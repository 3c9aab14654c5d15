// An epoll descriptor is readable while one of its own descriptors is ready, so libuv can watch it:
// https://docs.libuv.org/en/v1.x/poll.html
//
// libuv registers a descriptor with the kernel at the loop's next turn, and aborts the process if the kernel
// refuses: the descriptor may be closed by then, or epolls nested too deeply. So libuv gets a duplicate that
// nobody else closes, and the addon registers it first, while the error can still be reported. libuv finds
// the entry and changes it.
#include "watch/epoll_watch.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"
#include "os/descriptor.h"
#include "watch/watches.h"

namespace {

long Control(int epfd, int operation, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  return OrErrno("epoll_ctl", epoll_ctl(epfd, operation, fd, &event));
}

// Adds the entry that libuv will find.
long Add(int loop_fd, int fd) {
  long result = Control(loop_fd, EPOLL_CTL_ADD, fd);
  return result == -EEXIST ? 0 : result;
}

// 0 if epfd is an open epoll, or -errno. Only DEL can probe it without altering it: ENOENT means that it is
// an epoll. The loop's epoll is never among its entries, as the loop watches it and the kernel allows no
// cycles.
long CheckEpoll(int epfd, int loop_fd) {
  long result = Control(epfd, EPOLL_CTL_DEL, loop_fd);
  return result == -ENOENT ? 0 : result;
}

}  // namespace

EpollWatch::~EpollWatch() {
  if (handle_ == nullptr) return;
  const int loop_fd = this->loop_fd();
  uv_close(handle(), [](uv_handle_t* handle) {
    const std::unique_ptr<Handle> closed(static_cast<Handle*>(handle->data));
    napi_remove_async_cleanup_hook(closed->hook);
  });
  // close(2) alone would leave the entry, as the epoll itself stays open. libuv may remove it too late, when
  // the number belongs to another file.
  Control(loop_fd, EPOLL_CTL_DEL, fd_);
  close(fd_);
}

long EpollWatch::Open(int epfd, const RegisteredNumbers& registered) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(owner_.env(), &loop) != napi_ok)
    return Failure("napi_get_uv_event_loop", ENOSYS);
  const int loop_fd = uv_backend_fd(loop);
  if (long result = CheckEpoll(epfd, loop_fd); result < 0) return result;
  const long fd = registered.Avoid(DuplicateDescriptor(epfd, 0));
  if (fd < 0) return fd;
  fd_ = static_cast<int>(fd);
  long result = Add(loop_fd, fd_);
  if (result == 0) result = OpenHandle(loop);
  if (result < 0) {
    Control(loop_fd, EPOLL_CTL_DEL, fd_);
    close(fd_);
  }
  return result;
}

long EpollWatch::OpenHandle(uv_loop_t* loop) {
  auto handle = std::make_unique<Handle>();
  handle->poll.data = handle.get();
  handle->watch = this;
  long result = OrError("epoll_ctl", uv_poll_init(loop, &handle->poll, fd_));
  if (result < 0) return result;
  handle_ = handle.release();
  // Lets the environment wait until libuv has closed the handle. The owner deletes the watch in time.
  napi_add_async_cleanup_hook(
      owner_.env(), [](napi_async_cleanup_hook_handle, void*) {}, nullptr, &handle_->hook);
  return 0;
}

long EpollWatch::BeginEpoll(bool ref, int epfd, bool exclusive) {
  if (exclusive) return Failure("epoll_wait", EINVAL);
  long result = 0;
  if (uv_is_active(handle()) == 0) {
    result = OrError("epoll_ctl", uv_poll_start(&handle_->poll, UV_READABLE, OnReadable));
    // Not earlier: uv_poll_start begins by removing the entry.
    if (result == 0) result = Add(loop_fd(), fd_);
  }
  if (result == 0) result = CheckEpoll(epfd, loop_fd());
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
  uv_poll_stop(&handle_->poll);
}

void EpollWatch::SetRef(bool ref) const { ref ? uv_ref(handle()) : uv_unref(handle()); }

void EpollWatch::OnReadable(uv_poll_t* poll, int /*status*/, int /*events*/) {
  EpollWatch* self = static_cast<Handle*>(poll->data)->watch;
  // Stopped here and not after each wait: most programs wait again at once, and libuv would make two system
  // calls for nothing.
  if (!self->waiting_) {
    uv_poll_stop(poll);
    return;
  }
  self->waiting_ = false;
  // Unless the function begins the watch again, the loop may end.
  self->SetRef(false);
  self->owner_.CallFound(self->id_);
}

namespace {

// openEpollWatch(found, registered, epfd): the id, or -errno
Napi::Value OpenEpollWatch(const Napi::CallbackInfo& info) {
  napi_value found = FoundArgument(info, 0);
  RegisteredNumbers registered(info, 1);
  return Result(info.Env(), Watches::Of(info).Open<EpollWatch>(found, Int(info, 2), registered));
}

}  // namespace

void InitEpollWatch(Napi::Object exports) { Export(exports, "openEpollWatch", OpenEpollWatch); }
