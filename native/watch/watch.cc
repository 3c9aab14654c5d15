// What all watches have in common: results as in errno(3): https://man7.org/linux/man-pages/man3/errno.3.html
#include "watch/watch.h"

#include <cerrno>

#include "core/result.h"

long Watch::BeginEpoll(bool /*ref*/, int /*epfd*/, bool /*exclusive*/) {
  return Failure("epoll_wait", EINVAL);
}

long Watch::BeginThread(bool /*ref*/, WaitThread::Wait&& /*wait*/) { return Failure("poll", EINVAL); }

bool Watch::TakeFound() { return false; }

bool Watch::TakeEvent(uint32_t* /*words*/) { return false; }
