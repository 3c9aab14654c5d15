import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/sanitizer.ts', 'test/support/emulator.ts'],
    // Long enough for children and compilers on a machine under load, and short enough to catch what hangs.
    testTimeout: 30_000,
    // A new environment for each file would take a fifth of the time. AddressSanitizer looks at what each leaves behind.
    isolate: process.env.ASAN_OPTIONS !== undefined,
    // Most of the time is spent waiting.
    maxWorkers: 2 * availableParallelism(),
  },
});
