// select(2) that another thread can end: https://man7.org/linux/man-pages/man2/select.2.html
#pragma once

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "os/error_number.h"
#include "os/select.h"

class SelectWait {
 public:
  SelectWait(const Bitmaps& asked, int nfds) : asked_(asked), nfds_(nfds) {}

  // Whether anything but wake_fd has ended the call.
  bool operator()(int wake_fd) {
    asked_.AddRead(wake_fd);
    for (;;) {
      OwnBitmaps answer = asked_;
      const long count = Select(std::max(nfds_, wake_fd + 1), answer.Get(), Timeout(HUGE_VAL));
      if (count == ErrorNumber(EINTR)) continue;
      // An error counts as found: the selector's own call will meet it as well, and report it.
      return count != 1 || !answer.HasRead(wake_fd);
    }
  }

 private:
  OwnBitmaps asked_;
  int nfds_;
};
