// The modules and constants that every system but Windows has: poll(2), socket(7):
// https://man7.org/linux/man-pages/man2/poll.2.html
#include <poll.h>

#include "core/constants.h"
#include "core/modules.h"
#include "os/network.h"
#include "os/posix.h"

void InitPosixModules(Napi::Object exports) {
  InitPosixFd(exports);
  InitDescriptorLimit(exports);
  InitSignals(exports);
#ifdef IO_SELECTORS_POLL
  InitPoll(exports);
  InitPollWait(exports);
#endif
}

void AddPosixConstants(Napi::Object constants) {
  static constexpr Constant kPosix[] = {
      {"POLLIN", POLLIN},         {"POLLPRI", POLLPRI},           {"POLLOUT", POLLOUT},
      {"POLLERR", POLLERR},       {"POLLHUP", POLLHUP},           {"POLLNVAL", POLLNVAL},
      {"POLLRDNORM", POLLRDNORM}, {"POLLRDBAND", POLLRDBAND},     {"POLLWRNORM", POLLWRNORM},
      {"POLLWRBAND", POLLWRBAND}, {"SO_REUSEPORT", SO_REUSEPORT}, {"MSG_DONTWAIT", MSG_DONTWAIT},
      {"MSG_TRUNC", MSG_TRUNC},
  };
  AddConstants(constants, kPosix);
}
