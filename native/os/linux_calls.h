// Calls that only Linux has, and that its libc lacks or slows down: syscall(2):
// https://man7.org/linux/man-pages/man2/syscall.2.html
#pragma once

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "core/result.h"

// Since Linux 5.11. libc's own function would make the addon need glibc 2.35.
inline long EpollPwait2(int epfd, epoll_event* events, int max_events, timespec time) {
// It takes a 64-bit time, which libc's timespec may not be on a 32-bit system.
#if defined(SYS_epoll_pwait2) && defined(__LP64__)
  return OrErrno("epoll_pwait2", syscall(SYS_epoll_pwait2, epfd, events, max_events, &time, nullptr, 0));
#else
  return Failure("epoll_pwait2", ENOSYS);
#endif
}

// libc's function is a cancellation point. In a process with threads, such as Node, that costs as much as the
// rest of the addon's work.
inline long EpollWait(int epfd, epoll_event* events, int max_events, int timeout_ms) {
#ifdef SYS_epoll_wait
  return OrErrno("epoll_wait", syscall(SYS_epoll_wait, epfd, events, max_events, timeout_ms));
#else
  return OrErrno("epoll_wait", epoll_wait(epfd, events, max_events, timeout_ms));
#endif
}

// Since Linux 5.3. The descriptor is always CLOEXEC.
inline long PidfdOpen(int pid) {
#ifdef SYS_pidfd_open
  return OrErrno("pidfd_open", syscall(SYS_pidfd_open, pid, 0));
#else
  return Failure("pidfd_open", ENOSYS);
#endif
}

// Since Linux 4.11. musl has the function and the struct since 1.2.5 only.
inline long Statx(int fd, struct statx* status) {
  return syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_INO, status);
}
