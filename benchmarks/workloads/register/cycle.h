/* Measures the three phases of register in C. A phase covers all descriptors. */
#ifndef CYCLE_H
#define CYCLE_H

#include "../shared/peer.h"

enum { PHASES = 3 };

typedef void phase_fn(void);

static inline void time_phases(phase_fn* const phases[PHASES], double milliseconds, double ns[PHASES]) {
  long cycles = 0;
  for (int i = 0; i < PHASES; i++) ns[i] = 0;
  for (double end = now_ns() + milliseconds * 1e6; now_ns() < end; cycles++) {
    for (int i = 0; i < PHASES; i++) {
      double start = now_ns();
      phases[i]();
      ns[i] += now_ns() - start;
    }
  }
  for (int i = 0; i < PHASES; i++) ns[i] /= cycles;
}

/* Prints the nanoseconds of each phase for one descriptor, as members of a JSON object. */
static inline void print_phases(phase_fn* const phases[PHASES], int descriptors, double milliseconds) {
  static const char* const names[PHASES] = {"register", "modify", "unregister"};
  double ns[PHASES];
  time_phases(phases, WARM_UP_MS, ns);
  time_phases(phases, milliseconds, ns);
  for (int i = 0; i < PHASES; i++) {
    printf("%s\"ns per %s\": %.1f", i > 0 ? ", " : "", names[i], ns[i] / descriptors);
  }
}

#endif
