// Measures the three phases of register in TypeScript.

/** Each phase covers all descriptors. */
export interface Cycle {
  register(): void;
  modify(): void;
  unregister(): void;
}

const PHASES = ['register', 'modify', 'unregister'] as const;
/** V8 compiles the code meanwhile. */
const WARM_UP_MS = 100;

function millisecondsPerCycle(cycle: Cycle, milliseconds: number): number[] {
  const elapsed = PHASES.map(() => 0);
  let cycles = 0;
  for (const end = performance.now() + milliseconds; performance.now() < end; cycles++) {
    PHASES.forEach((phase, i) => {
      const start = performance.now();
      cycle[phase]();
      elapsed[i] += performance.now() - start;
    });
  }
  return elapsed.map((each) => each / cycles);
}

/** Returns the nanoseconds of each phase for one descriptor. */
export function measureCycle(cycle: Cycle, descriptors: number, milliseconds: number): Record<string, number> {
  millisecondsPerCycle(cycle, WARM_UP_MS);
  const each = millisecondsPerCycle(cycle, milliseconds);
  return Object.fromEntries(PHASES.map((phase, i) => [`ns per ${phase}`, (each[i] * 1e6) / descriptors]));
}
