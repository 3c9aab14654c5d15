import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { pipe } from '../support/descriptors.js';
import { type Ended, startNode } from '../support/processes.js';
import { blockedIn } from '../support/threads.js';
import { WAITS } from '../support/waiting.js';
import { block, type Blocking, blockedWorker, blockingWaits } from './blocking.js';

/** Much longer than it takes: what this must show is that nothing waits for ever. */
const BOUND_MS = 10_000;

/** Has a process with a worker that is blocked in a wait end itself, and measures how long that takes. */
async function endOf({ wait, backend }: Blocking, end: string): Promise<Ended & { elapsedMs: number }> {
  const worker = `
    const io = require('io-selectors');
    const { workerData } = require('node:worker_threads');
    const { readlinkSync, writeSync } = require('node:fs');
    writeSync(1, ${has.proc ? "readlinkSync('/proc/thread-self') + ';'" : "';'"});
    (${block.toString()})(io, workerData);
  `;
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const child = startNode(`
    import { connect } from 'node:net';
    import { Worker } from 'node:worker_threads';
    import { socketPair } from 'io-selectors/socket';
    const pair = socketPair();
    const workerData = { ...${JSON.stringify({ wait, backend })}, fd: pair[0].fd };
    const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [], workerData });
    connect(${(server.address() as AddressInfo).port}, '127.0.0.1').resume().once('close', () => { ${end} });
  `);
  const [[connection]] = (await Promise.all([once(server, 'connection'), child.printed(';')])) as [[Socket], void];
  await blockedIn(child.output().split(';')[0], WAITS[backend]);
  const start = performance.now();
  connection.end();
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
