import { Worker, isMainThread } from 'node:worker_threads';
import { EVENT_READ, PollSelector, SelectSelector } from '../dist/index.js';
import { close, pipe, read, write } from '../dist/fd.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const buffer = Buffer.alloc(64);

async function drive(Selector) {
  const [readFd, writeFd] = pipe();
  const [other, otherWrite] = pipe();
  for (let round = 0; round < 60; round++) {
    const selector = new Selector();
    const waker = selector.waker;
    selector.register(readFd, EVENT_READ);
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController();
      const wait = selector.selectAsync({ signal: abort.signal, timeoutMs: i % 3 === 0 ? 1 : null }).catch(() => []);
      if (i % 2 === 0) selector.register(other, EVENT_READ);
      if (i % 5 === 0) await turn();
      if (i % 2 === 0) selector.unregister(other);
      if (i % 4 === 0) abort.abort();
      else if (i % 4 === 1) waker.wake();
      else if (i % 4 === 2) write(writeFd, 'x');
      else selector.wakeup();
      await wait;
      read(readFd, buffer);
    }
    const last = selector.selectAsync();
    selector.close();
    await last;
  }
  for (const fd of [readFd, writeFd, other, otherWrite]) close(fd);
}

const start = () => new Promise((resolve) => new Worker(new URL(import.meta.url)).once('exit', resolve));
const workers = isMainThread ? [start(), start()] : [];
await Promise.all([drive(SelectSelector), drive(PollSelector)]);
await Promise.all(workers);
if (isMainThread) console.log('done');
