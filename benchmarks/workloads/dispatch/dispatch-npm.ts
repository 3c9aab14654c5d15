// The counterpart of dispatch.c with the npm package epoll, which reports one event at a time:
// node dispatch-npm.js R MILLISECONDS
import { eventfd } from 'io-selectors/fd';
import { Epoll } from '../shared/npm-epoll.js';
import { measureAsync, raiseLimit } from '../shared/peer.js';

const [, , ready, milliseconds] = process.argv;
raiseLimit();
const eventfds = Array.from({ length: Number(ready) }, () => eventfd(1));
let visited = 0;
let left = 0;
let over = () => {};
const epoll = new Epoll((error, fd, events) => {
  if (error !== null) throw error;
  visited += fd + events;
  if (--left === 0) over();
});
for (const { fd } of eventfds) epoll.add(fd, Epoll.EPOLLIN);

/** Waits until this many events have come. */
async function run(count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    left = count;
    over = resolve;
  });
}

console.log(JSON.stringify({ 'ns per event': await measureAsync(run, Number(milliseconds)) }));
epoll.close();
for (const each of eventfds) each.close();
