import { describe, expect, test } from 'vitest';
import { pipe } from '../support/descriptors.js';
import { type Ended, startNode } from '../support/processes.js';
import { blockedIn } from '../support/threads.js';
import { WAITS } from '../support/waiting.js';
import { block, type Blocking, blockedWorker, blockingWaits } from './blocking.js';

/** Much longer than it takes: what this must show is that nothing waits for ever. */
const BOUND_MS = 10_000;

/** Ends a process with a worker that is blocked in a wait, and measures how long that takes. */
async function endOf({ wait, backend }: Blocking, end: string): Promise<Ended & { elapsedMs: number }> {
  const worker = `
    const io = require('io-selectors');
    const { workerData } = require('node:worker_threads');
    const { readlinkSync, writeSync } = require('node:fs');
    writeSync(1, readlinkSync('/proc/thread-self') + ';');
    (${block.toString()})(io, workerData);
  `;
  const child = startNode(`
    import { Worker } from 'node:worker_threads';
    import { pipe } from 'io-selectors/fd';
    const workerData = { ...${JSON.stringify({ wait, backend })}, fd: pipe()[0] };
    const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [], workerData });
    process.once('SIGUSR2', () => { ${end} });
  `);
  await child.printed(';');
  await blockedIn(child.output().split(';')[0], WAITS[backend]);
  const start = performance.now();
  child.process.kill('SIGUSR2');
  return { ...(await child.ended), elapsedMs: performance.now() - start };
}

test.each(blockingWaits)(
  'terminate() ends a worker that blocks in $wait of $backend',
  async (blocking) => {
    const worker = await blockedWorker(blocking, pipe()[0]);
    const start = performance.now();
    expect(await worker.terminate()).toBe(1);
    expect(performance.now() - start).toBeLessThan(BOUND_MS);
  },
);

test.each(blockingWaits)('process.exit() in the main thread ends a worker that blocks in $wait of $backend', async (blocking) => {
  const { code, signal, elapsedMs } = await endOf(blocking, 'process.exit(7)');
  expect([code, signal]).toEqual([7, null]);
  expect(elapsedMs).toBeLessThan(BOUND_MS);
});

describe.each(blockingWaits.filter(({ wait }) => wait === 'selector.select(null)'))(
  'a worker that blocks in $wait of $backend',
  (blocking) => {
    test('is ended by an uncaught exception of the main thread', async () => {
      const { code, stderr, elapsedMs } = await endOf(blocking, "throw new Error('uncaught here')");
      expect(code).toBe(1);
      expect(stderr).toContain('uncaught here');
      expect(elapsedMs).toBeLessThan(BOUND_MS);
    });

    test('does not keep the process alive when the main thread ends', async () => {
      const { code, signal, elapsedMs } = await endOf(blocking, 'worker.unref()');
      expect([code, signal]).toEqual([0, null]);
      expect(elapsedMs).toBeLessThan(BOUND_MS);
    });
  },
);
