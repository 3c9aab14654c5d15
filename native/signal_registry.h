// The one registry of a process's signals: see signal_registry.cc.
#pragma once

#include <cstdint>

// Functions that other copies of the package call, built by other compilers perhaps: another layout or
// another meaning needs another name than io_selectors_signals_1.
struct SignalRegistry {
  // Writes 8 bytes to fd for each of these signals, the lowest bit for number 1. A number for the calls
  // below, or -errno.
  int (*subscribe)(uint32_t signals, int fd);
  // Those that have arrived since the last call.
  uint32_t (*arrived)(int subscription);
  // When it returns, nothing writes to the descriptor any more.
  void (*unsubscribe)(int subscription);
};

// That of the copy that came first.
const SignalRegistry& SharedSignals();

// This copy's own.
extern "C" __attribute__((visibility("default"))) const SignalRegistry* io_selectors_signals_1();
