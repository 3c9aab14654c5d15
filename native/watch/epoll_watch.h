// A watch on an epoll descriptor: see epoll_watch.cc.
#pragma once

#include <node_api.h>
#include <uv.h>

#include <cstdint>

#include "core/registered_numbers.h"
#include "watch/watch.h"

class Watches;

class EpollWatch final : public Watch {
 public:
  EpollWatch(Watches& owner, uint32_t id) : owner_(owner), id_(id) {}
  ~EpollWatch() override;

  // 0 or -errno. registered: numbers that its own descriptor avoids.
  long Open(int epfd, const RegisteredNumbers& registered);

  long BeginEpoll(bool ref, int epfd, bool exclusive) override;
  void Cancel() override;

 private:
  // Outlives the watch, until libuv has closed it. The environment must not end before that.
  struct Handle {
    uv_poll_t poll{};
    EpollWatch* watch = nullptr;
    napi_async_cleanup_hook_handle hook = nullptr;
  };

  static void OnReadable(uv_poll_t* poll, int status, int events);
  long OpenHandle(uv_loop_t* loop);
  void SetRef(bool ref) const;

  [[nodiscard]] uv_handle_t* handle() const { return reinterpret_cast<uv_handle_t*>(&handle_->poll); }
  [[nodiscard]] int loop_fd() const { return uv_backend_fd(handle_->poll.loop); }

  Watches& owner_;
  const uint32_t id_;
  bool waiting_ = false;
  Handle* handle_ = nullptr;
  // A duplicate of the epoll descriptor.
  int fd_ = -1;
};
