import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { root, start } from '../support/processes.js';

const OPERATIONS = 4000;
/** A failure is shrunk before it is reported. */
const TIMEOUT_MS = 300_000;

beforeAll(() => {
  const env = { ...process.env, LD_PRELOAD: '' };
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'test/model/tsconfig.json'], { cwd: root, env });
});

/** The first ones are the same in every run. */
const SEEDS = [1000, 2000, 3000, 4000, Math.floor(Math.random() * 2 ** 32)];

test.each(SEEDS)(
  'random operations do what the model says, from seed %i on',
  { timeout: TIMEOUT_MS },
  async (seed) => {
    const args = ['build/model/main.js', '--seed', String(seed), '--operations', String(OPERATIONS)];
    const { code, stdout, stderr } = await start(process.execPath, args).ended;
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain(`seed ${seed}: `);
  },
);
