import { describe, expect, test } from 'vitest';
import { startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';

/** Much longer than it takes: what this must show is that nothing waits for ever. */
const BOUND_MS = 10_000;

/** A process with asynchronous waits in its main thread and two workers, which the main thread ends. */
function pendingEverywhere(backend: string, end: string) {
  const wait = `
    const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }.${backend};
    const selector = new Selector();
    const waker = new io.Waker(selector.waker.share());
    const abort = new AbortController();
    selector.selectAsync({ signal: abort.signal });
  `;
  const worker = `
    const io = require('io-selectors');
    ${wait}
    require('node:worker_threads').parentPort.postMessage('waiting');
  `;
  return startNode(`
    import { readFileSync, writeSync } from 'node:fs';
    import { Worker } from 'node:worker_threads';
    import * as io from 'io-selectors';
    ${wait}
    const start = () => new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [] });
    const workers = [start(), start()];
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
    process.on('exit', () => writeSync(1, 'exit;'));
    writeSync(1, 'ending;');
    ${end}
  `);
}

const ENDS: [name: string, statements: string, code: number, stderr: string][] = [
  ['process.exit()', 'process.exit(5);', 5, ''],
  ['an uncaught exception', "throw new Error('uncaught here');", 1, 'uncaught here'],
  ['its natural end', 'selector.unref(); for (const worker of workers) worker.unref();', 0, ''],
];

describe.each(backends)('a process with waits of %s in progress in three threads', (backend) => {
  test.each(ENDS)('is ended by %s without delay', async (_, statements, code, stderr) => {
    const child = pendingEverywhere(backend, statements);
    await child.printed('ending;');
    const start = performance.now();
    const ended = await child.ended;
    expect(performance.now() - start).toBeLessThan(BOUND_MS);
    expect(ended).toMatchObject({ code, signal: null, stdout: 'ending;exit;' });
    expect(ended.stderr).toContain(stderr);
    if (stderr === '') expect(ended.stderr).toBe('');
  });
});
