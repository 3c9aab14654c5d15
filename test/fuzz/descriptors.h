// Descriptors whose readiness is known: poll(2): https://man7.org/linux/man-pages/man2/poll.2.html
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "check.h"

// All numbers from kFirst on and below kEnd are taken: by the same few files over and over, or closed.
class Descriptors {
 public:
  static constexpr int kFirst = 16;
  static constexpr int kEnd = 2000;
  // So many more than kEnd that each test can have one of its own.
  static constexpr int kLimit = 2048;

  enum class Kind { kNull, kHungUp, kBroken, kClosed, kKinds };

  Descriptors() {
    const rlimit limit{kLimit, kLimit};
    Check(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
    int hung_up[2];
    int broken[2];
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    Check(null >= 0 && pipe(hung_up) == 0 && pipe(broken) == 0, "open");
    close(hung_up[1]);
    close(broken[0]);
    const int files[] = {null, hung_up[0], broken[1]};
    for (int fd = kFirst; fd < kEnd; ++fd) {
      if (KindOf(fd) == Kind::kClosed) {
        close(fd);
      } else {
        Check(dup2(files[static_cast<int>(KindOf(fd))], fd) == fd, "dup2");
      }
    }
    for (int fd : files) close(fd);
  }

  // Also of numbers that are below kFirst or not below kEnd, which nothing may use but this program.
  static Kind KindOf(int fd) {
    if (fd < kFirst || fd >= kEnd) return Kind::kClosed;
    return static_cast<Kind>(fd % static_cast<int>(Kind::kKinds));
  }

  // What poll(2) answers.
  static int Revents(int fd, int events) {
    constexpr int kWritable = POLLOUT | POLLWRNORM;
    if (fd < 0) return 0;
    switch (KindOf(fd)) {
      case Kind::kNull:
        return events & (POLLIN | POLLRDNORM | kWritable);
      case Kind::kHungUp:
        return POLLHUP;
      case Kind::kBroken:
        return (events & kWritable) | POLLERR;
      default:
        return POLLNVAL;
    }
  }

  // Whether select(2) finds an open one in the set at index: read, write, except.
  static bool IsReady(int fd, size_t set) {
    constexpr int kBitsOfSets[] = {POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, POLLPRI};
    return (Revents(fd, POLLIN | POLLOUT | POLLPRI) & kBitsOfSets[set]) != 0;
  }

  // An eventfd with this number, which must not be below kEnd.
  static void OpenWake(int number, bool is_readable) {
    const int fd = eventfd(is_readable ? 1 : 0, EFD_CLOEXEC);
    Check(fd >= 0 && dup2(fd, number) == number, "eventfd");
    close(fd);
  }
};
