import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, start } from '../support/processes.js';

const SEQUENCES = 100;
/** Long enough to shrink a failure before it is reported. */
const TIMEOUT_MS = 300_000;

/** The same in every run, and others. */
const SEEDS = [1000, Math.floor(Math.random() * 2 ** 32)];

test('random operations do what the model says', { timeout: TIMEOUT_MS }, async () => {
  const env = { ...process.env, LD_PRELOAD: '' };
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'test/model/tsconfig.json'], { cwd: root, env });
  for (const seed of SEEDS) {
    const args = ['build/model/main.js', '--seed', String(seed), '--sequences', String(SEQUENCES)];
    const { code, stdout, stderr } = await start(process.execPath, args).ended;
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(new RegExp(`^seed ${seed}: as the model says. ${SEQUENCES} sequences, \\d+ operations, `));
  }
});
