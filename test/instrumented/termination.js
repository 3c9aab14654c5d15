// Workers that are terminated in the middle of everything.
import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { EVENT_READ } from '../../dist/index.js';
import { eventfd, signals } from '../../dist/fd.js';
import { Socket, socketPair } from '../../dist/socket.js';
import { Selectors } from './selectors.js';
import { start } from './threads.js';

/** Never ends. Posts a message in every round. */
export async function loop() {
  const [a] = socketPair();
  for (;;) {
    for (const Selector of Selectors) {
      const selector = new Selector();
      selector.register(a, EVENT_READ);
      selector.waker.wake();
      await selector.selectAsync();
      void selector.selectAsync({ timeoutMs: 1 });
      if (Selector === Selectors[0]) selector.close();
    }
    signals(['SIGUSR2']);
    eventfd();
    new Socket().close();
    parentPort.postMessage('round');
  }
}

/** Never ends. */
export function block(kind) {
  const selector = new Selectors[kind]();
  parentPort.postMessage('blocks');
  selector.select(null);
}

async function received(worker, count) {
  for (let i = 0; i < count; i++) await once(worker, 'message');
}

export async function run(rounds) {
  for (let round = 0; round < rounds; round += 3) {
    const looping = start(import.meta.url, 'loop');
    const blocked = Selectors.map((_, kind) => start(import.meta.url, 'block', kind));
    const workers = [looping, ...blocked];
    await Promise.all([received(looping, 1 + (round % 7)), ...blocked.map((worker) => received(worker, 1))]);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
