import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, start } from '../support/processes.js';

const OPERATIONS = 4000;
/** Long enough to shrink a failure before it is reported. */
const TIMEOUT_MS = 300_000;

/** All but the last are the same in every run. */
const SEEDS = [1000, 2000, 3000, 4000, Math.floor(Math.random() * 2 ** 32)];

test('random operations do what the model says', { timeout: TIMEOUT_MS }, async () => {
  const env = { ...process.env, LD_PRELOAD: '' };
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'test/model/tsconfig.json'], { cwd: root, env });
  // At once, as they mostly wait.
  const runs = SEEDS.map((seed) => {
    const args = ['build/model/main.js', '--seed', String(seed), '--operations', String(OPERATIONS)];
    return start(process.execPath, args).ended;
  });
  const ended = await Promise.all(runs);
  for (const { code, stdout, stderr } of ended) expect(code, stdout + stderr).toBe(0);
  expect(ended.map(({ stdout }) => stdout)).toEqual(
    SEEDS.map((seed) => `seed ${seed}: ${OPERATIONS} operations as the model says\n`),
  );
});
