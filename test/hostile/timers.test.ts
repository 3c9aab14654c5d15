import { describe, expect, test } from 'vitest';
import { inChild } from '../support/child.js';

/** Replaces every clock and timer by one that stands still, as libraries for tests do. */
async function freeze(): Promise<void> {
  const { syncBuiltinESMExports } = process.getBuiltinModule('node:module');
  const frozen: Record<string, () => unknown> = {};
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate']) {
    frozen[name] = () => ({ ref() {}, unref() {}, close() {}, hasRef: () => false, [Symbol.toPrimitive]: () => 0 });
  }
  Object.assign(globalThis, frozen);
  Object.assign(process.getBuiltinModule('node:timers'), frozen);
  for (const clock of [performance, process.getBuiltinModule('node:perf_hooks').performance]) {
    Object.defineProperty(clock, 'now', { value: () => 1e6, configurable: true });
  }
  Date.now = () => 1e6;
  Object.assign(process, { hrtime: Object.assign(() => [0, 0], { bigint: () => 0n }), uptime: () => 0 });
  syncBuiltinESMExports();
}

/** Runs every kind of wait with this timeout, and measures it with a clock that was saved before. */
async function waits(io: typeof import('io-selectors'), timeoutMs: number): Promise<[string, number, number][]> {
  const result: [string, number, number][] = [];
  const { hrtime } = process;
  const now = () => Number(hrtime.bigint()) / 1e6;
  await freeze();
  const timed = async (name: string, wait: () => unknown) => {
    const start = now();
    const value = await wait();
    result.push([name, Array.isArray(value) ? value.flat().length : Number(value), now() - start]);
  };
  const backends = io.availableBackends();
  const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
  for (const backend of backends) {
    const selector = new classes[backend]();
    await timed(`${backend}: select`, () => selector.select(timeoutMs));
    await timed(`${backend}: selectEach`, () => selector.selectEach(() => {}, timeoutMs));
    await timed(`${backend}: selectAsync`, () => selector.selectAsync({ timeoutMs }));
    selector.close();
  }
  await timed('select()', () => io.select([], [], [], timeoutMs));
  if (backends.includes('poll')) await timed('Poll', () => new io.Poll().wait(timeoutMs));
  if (backends.includes('epoll')) {
    await timed('Epoll.wait', () => new io.Epoll().wait(timeoutMs));
    await timed('Epoll.waitInto', () => new io.Epoll().waitInto(new io.EpollEventList(1), timeoutMs));
  }
  return result;
}

describe('if clocks and timers are replaced after the package is loaded,', () => {
  // Longer than one slice of a worker's wait.
  const timeoutMs = 120;

  test('every wait ends, and not early', async () => {
    const ended = await inChild(timeoutMs, async (io, timeoutMs, { waits }) => waits(io, timeoutMs), {
      using: { waits, freeze },
    });
    expect(ended.length).toBeGreaterThanOrEqual(4);
    expect(ended.filter(([, count, elapsed]) => count !== 0 || elapsed < timeoutMs - 1)).toEqual([]);
  });

  test('every wait in a worker ends, and not early', async () => {
    const source = `
      const { parentPort } = require('node:worker_threads');
      const io = require('io-selectors');
      ${String(freeze)}
      (${String(waits)})(io, ${timeoutMs}).then((result) => parentPort.postMessage(result));
    `;
    const ended = await inChild(source, async (_, source) => {
      const { Worker } = process.getBuiltinModule('node:worker_threads');
      return new Promise<[string, number, number][]>((resolve, reject) => {
        const worker = new Worker(source, { eval: true, execArgv: [] });
        worker.on('message', resolve).on('error', reject);
      });
    });
    expect(ended.length).toBeGreaterThanOrEqual(4);
    expect(ended.filter(([, count, elapsed]) => count !== 0 || elapsed < timeoutMs - 1)).toEqual([]);
  });
});
