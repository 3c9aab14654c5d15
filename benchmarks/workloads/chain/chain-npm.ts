// The counterpart of chain.c with the npm package epoll: node chain-npm.js PAIRS MILLISECONDS
import { Epoll } from '../shared/npm-epoll.js';
import { HOPS, Ring } from './ring.js';
import { measureAsync, raiseLimit } from '../shared/peer.js';

const [, , pairs, milliseconds] = process.argv;
raiseLimit();
const ring = new Ring(Number(pairs));
const pairByFd = new Int32Array(Math.max(...ring.readers) + 1);
let over = () => {};
const epoll = new Epoll((error, fd) => {
  if (error !== null) throw error;
  ring.passOn(pairByFd[fd]);
  if (ring.over) over();
});
ring.readers.forEach((fd, pair) => {
  pairByFd[fd] = pair;
  epoll.add(fd, Epoll.EPOLLIN);
});

async function run(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise<void>((resolve) => {
      over = resolve;
      ring.start();
    });
  }
}

console.log(JSON.stringify({ 'ns per hop': (await measureAsync(run, Number(milliseconds))) / HOPS }));
epoll.close();
