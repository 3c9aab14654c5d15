// select(2) on sets of any size: https://man7.org/linux/man-pages/man2/select.2.html
#pragma once

#include "bitmaps.h"
#include "core/timeout.h"

// Overwrites the sets, which have room for nfds, with the answer. Returns the number of bits in it, or
// -errno. A timeout that the call cannot express is rounded up.
long Select(int nfds, const Bitmaps& sets, Timeout timeout);
