// Asynchronous waits that end in every way: by data, a wake-up, an abort, a timeout, close().
import { EVENT_READ } from '../../dist/index.js';
import { close, pipe, read, write } from '../../dist/fd.js';
import { Selectors } from './selectors.js';
import { inWorker } from './threads.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const buffer = Buffer.alloc(64);

async function drive(Selector, rounds) {
  const [readFd, writeFd] = pipe();
  const [other, otherWrite] = pipe();
  for (let round = 0; round < rounds; round++) {
    const selector = new Selector();
    const waker = selector.waker;
    // Then epoll waits in a thread too.
    const exclusive = selector.features.exclusive && round % 2 === 1;
    selector.register(readFd, EVENT_READ, undefined, exclusive ? { exclusive } : {});
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
    if (round % 2 === 0) await turn();
    selector.close();
    await last;
  }
  for (const fd of [readFd, writeFd, other, otherWrite]) close(fd);
}

export async function driveAll(rounds) {
  await Promise.all(Selectors.map((Selector) => drive(Selector, rounds)));
}

export async function run(rounds) {
  await Promise.all([driveAll(rounds), ...[1, 2].map(() => inWorker(import.meta.url, 'driveAll', rounds))]);
}
