// The registry of signals that all copies of the package in a process share: see signal_registry.cc.
#pragma once

#include <cstdint>

// Other copies of the package call these functions, and other compilers may have built them. Whoever changes
// the layout or the meaning must change the name io_selectors_signals_1.
struct SignalRegistry {
  // Writes 8 bytes to fd whenever one of these signals arrives. signals: bit 0 is signal 1, and so on.
  // Returns the id of the subscription, or -errno.
  int (*subscribe)(uint32_t signals, int fd);
  // The signals that have arrived since the last call.
  uint32_t (*arrived)(int id);
  // When it returns, nothing writes to the descriptor any more.
  void (*unsubscribe)(int id);
};

// The registry of the copy that was loaded first.
const SignalRegistry& SharedSignals();

// The registry of this copy.
extern "C" __attribute__((visibility("default"))) const SignalRegistry* io_selectors_signals_1();
