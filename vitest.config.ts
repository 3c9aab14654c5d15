import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/sanitizer.ts'],
    // Children of node, compilers and a machine under load: what hangs is caught all the same.
    testTimeout: 30_000,
    // Loading vitest and the package anew for each file would take a fifth of the time.
    isolate: false,
    // Much of the time is spent waiting: no core is kept back.
    maxWorkers: 2 * availableParallelism(),
  },
});
