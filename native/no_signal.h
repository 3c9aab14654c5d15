// A flag of send(2): a peer that is gone is EPIPE, not a signal, whatever the process does about SIGPIPE.
#pragma once

#include <sys/socket.h>

#include "platform.h"

#if IO_SELECTORS_LINUX
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;
#endif
