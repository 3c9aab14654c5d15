import { expect, test } from 'vitest';
import { root, startNode } from '../support/processes.js';

// Before Node 24 the option is experimental.
const option = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';

test('if the permission model forbids addons, the error says so and can be caught', async () => {
  const { code, stdout } = await startNode(
    `
    try {
      await import('io-selectors');
      console.log('loaded');
    } catch ({ code, message, cause }) {
      console.log(JSON.stringify({ code, message, cause: cause.code }));
    }
    `,
    {},
    [option, '--allow-fs-read=*'],
  ).ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'ERR_DLOPEN_FAILED',
    message: expect.stringContaining('Cannot load native addon'),
    cause: 'ERR_DLOPEN_DISABLED',
  });
});

test('a worker that is terminated while it loads the addon does not crash the process', async () => {
  // Without Node's module loader, which does not survive termination at every point.
  const worker = `
    const { workerData } = require('node:worker_threads');
    const load = require('node-gyp-build');
    const path = load.resolve(${JSON.stringify(root)});
    const module = { exports: {} };
    Atomics.store(workerData, 0, 1);
    Atomics.notify(workerData, 0);
    process.dlopen(module, path);
    for (;;);
  `;
  const { code, signal, stdout, stderr } = await startNode(`
    import { Worker } from 'node:worker_threads';
    const codes = new Set();
    for (let i = 0; i < 40; i++) {
      const loading = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [], workerData: loading });
      await new Promise((resolve) => worker.once('online', resolve));
      if (Atomics.wait(loading, 0, 0, 20_000) === 'timed-out') throw new Error('the worker did not start');
      // At a different point of the load each time.
      for (const start = performance.now(); performance.now() - start < i / 40; );
      codes.add(await worker.terminate());
    }
    console.log(JSON.stringify([...codes]));
  `).ended;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  expect(JSON.parse(stdout)).toEqual([1]);
});
