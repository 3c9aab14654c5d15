// What a WaitThread does: see waits.cc.
#pragma once

#include "bitmaps.h"
#include "platform.h"
#include "wait_thread.h"

// select(2) on copies of the three bitmaps that are asked for.
WaitThread::Wait SelectWait(const Bitmaps& bitmaps);

#if IO_SELECTORS_HAS_POLL
#include <poll.h>

// poll(2) on a copy of the entries.
WaitThread::Wait PollWait(const pollfd* entries, size_t count);
#endif
