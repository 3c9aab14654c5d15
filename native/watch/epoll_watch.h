// A watch on an epoll descriptor: see epoll_watch.cc.
#pragma once

#include "core/registered_numbers.h"
#include "watch/watch.h"

class EpollWatch : public Watch {
 public:
  using Watch::Watch;

  // 0 or -errno. registered: numbers that its own descriptor avoids.
  long Open(uv_loop_t* loop, int epfd, const RegisteredNumbers& registered);

  long BeginEpoll(bool ref, int epfd) override;
  void Cancel() override;
  void Close() override;

 protected:
  uv_handle_t* handle() override { return reinterpret_cast<uv_handle_t*>(&handle_); }

 private:
  static void OnReadable(uv_poll_t* handle, int status, int events);
  void CloseDuplicate(int loop_fd) const;

  uv_poll_t handle_{};
  // A duplicate of the epoll descriptor.
  int fd_ = -1;
};
