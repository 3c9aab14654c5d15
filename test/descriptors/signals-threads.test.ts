import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { startNode } from '../support/processes.js';
import { saidBy, sender } from './signals.js';

/** Starts a worker that has the package as `io` and `fd`; `first` resolves with its next message. */
const WORKER = `
  const start = (source) => {
    const imports = "const { parentPort } = require('node:worker_threads');" +
      "const io = require('io-selectors'), fd = require('io-selectors/fd');";
    // Without this process's options, which would make the source an ES module.
    return new Worker(imports + source, { eval: true, execArgv: [] });
  };
  const first = async (worker) => (await once(worker, 'message'))[0];
`;

/** Posts a message before it waits, and then what it has read. */
const WAITING = `
  const object = fd.signals(['SIGUSR2']);
  const selector = new io.DefaultSelector();
  selector.register(object, io.EVENT_READ);
  parentPort.postMessage('waiting');
  selector.select();
  parentPort.postMessage(object.read());
`;

describe.runIf(has.signals)('signals in workers', () => {
  test.each([2, 16])('reach each of %d workers that block in select()', async (count) => {
    const said = await saidBy(`${WORKER}
      const workers = Array.from({ length: ${count} }, () => start(\`${WAITING}\`));
      await Promise.all(workers.map(first));
      const read = Promise.all(workers.map(first));
      kill('SIGUSR2');
      say(await read);
      await Promise.all(workers.map((worker) => worker.terminate()));
      say(caught('SIGUSR2'));
    `);
    expect(said).toEqual([Array.from({ length: count }, () => ['SIGUSR2']), false]);
  });

  test.each([
    ['is terminated', 'await worker.terminate();'],
    ['ends by itself', "worker.postMessage('end'); await once(worker, 'exit');"],
  ])('get their default action back, and no descriptor is left, when a worker %s without close()', async (_, end) => {
    const said = await saidBy(`${WORKER}
      const list = () => openCount();
      // The first worker of a process opens descriptors that stay open.
      const warm = start('');
      await once(warm, 'exit');
      const before = list();
      const stays = fd.signals(['SIGHUP']);
      const worker = start(\`
        const objects = [fd.signals(['SIGUSR2']), fd.signals(['SIGUSR2', 'SIGHUP'])];
        parentPort.once('message', () => {});
        parentPort.postMessage('made');
      \`);
      await first(worker);
      say([caught('SIGUSR2'), caught('SIGHUP')]);
      ${end}
      say([caught('SIGUSR2'), caught('SIGHUP')]);
      kill('SIGHUP');
      wait(stays);
      say(stays.read());
      stays.close();
      say([caught('SIGHUP'), list() - before]);
    `);
    expect(said).toEqual([[true, true], [false, true], ['SIGHUP'], [false, 0]]);
  });

  test('keep the addon loaded after its last worker ends, as a handler may be running', async () => {
    // The main thread has not loaded the addon.
    const child = startNode(`
      import { once } from 'node:events';
      import { readFileSync } from 'node:fs';
      import { Worker } from 'node:worker_threads';
      const loaded = () => readFileSync('/proc/self/maps', 'utf8').includes('io_selectors.node');
      const source = "require('io-selectors/fd').signals(['SIGUSR2']).close()";
      await once(new Worker(source, { eval: true, execArgv: [] }), 'exit');
      console.log(loaded());
    `);
    expect(await child.ended).toMatchObject({ stdout: 'true\n', stderr: '' });
  });
});

/**
 * Opens and closes objects in three workers until `stop()`, which resolves with a pair for each worker: whether it
 * got anywhere, and how often it read from a pipe what was meant for an object that had the same number before.
 * Meanwhile two processes send `COUNT` signals each, and wait for `acknowledge(name)` after each.
 */
const STORM = `${WORKER}
  const COUNT = 10_000;
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from({ length: 3 }, () => start(\`
    parentPort.once('message', (flag) => {
      parentPort.postMessage('started');
      let count = 0;
      let stray = 0;
      for (; Atomics.load(flag, 0) === 0; count++) {
        const objects = [fd.signals(['SIGUSR2']), fd.signals(['SIGUSR2', 'SIGHUP'])];
        objects[count % 2].read();
        for (const each of objects) each.close();
        const [r, w] = fd.pipe();
        if (fd.read(r, new Uint8Array(8)) !== null) stray++;
        fd.close(r);
        fd.close(w);
      }
      parentPort.postMessage([count, stray]);
    });
  \`));
  for (const worker of workers) worker.postMessage(flag);
  await Promise.all(workers.map(first));
  const stop = async () => {
    const results = Promise.all(workers.map(first));
    Atomics.store(flag, 0, 1);
    return (await results).map(([count, stray]) => [count > 0, stray]);
  };
  const senders = ['SIGUSR2', 'SIGHUP'].map((name) => {
    const [acknowledged, acknowledge] = fd.pipe({ blocking: true });
    const args = [process.pid, constants.signals[name], COUNT].map(String);
    const start = () => spawn('${sender()}', args, { stdio: [acknowledged, 'inherit', 'inherit'] });
    return { name, acknowledge, start };
  });
  const acknowledge = (name) => fd.write(senders.find((sender) => sender.name === name).acknowledge, '.');
  const ended = (child) => new Promise((resolve) => child.on('exit', resolve));
`;

describe.runIf(has.signals)('of twice 10,000 signals, while objects open and close in three threads,', () => {
  test('none is lost by an object that stays open', async () => {
    const said = await saidBy(`${STORM}
      const object = fd.signals(['SIGUSR2', 'SIGHUP']);
      const codes = Promise.all(senders.map(({ start }) => ended(start())));
      const selector = new io.DefaultSelector();
      selector.register(object, io.EVENT_READ);
      for (let heard = 0; heard < 2 * COUNT; ) {
        selector.select();
        for (const name of object.read()) {
          heard++;
          acknowledge(name);
        }
      }
      say(await codes);
      say(await stop());
      object.close();
      say([caught('SIGUSR2'), caught('SIGHUP')]);
    `);
    expect(said).toEqual([[0, 0], Array.from({ length: 3 }, () => [true, 0]), [false, false]]);
  });

  test('none is lost by listeners from before', async () => {
    const said = await saidBy(`${STORM}
      let count = 0;
      for (const { name } of senders) {
        process.on(name, () => {
          count++;
          acknowledge(name);
        });
      }
      say(await Promise.all(senders.map(({ start }) => ended(start()))));
      say(await stop());
      say(count);
      process.exit();
    `);
    expect(said).toEqual([[0, 0], Array.from({ length: 3 }, () => [true, 0]), 20_000]);
  });
});
