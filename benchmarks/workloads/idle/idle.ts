// The counterpart of idle.c with this package: node idle.js BACKEND COUNT MILLISECONDS
import { eventfd } from 'io-selectors/fd';
import { backendNamed, printFigure } from '../shared/backends.js';
import { measure, raiseLimit } from '../shared/peer.js';

const [, , name, countText, milliseconds] = process.argv;
const count = Number(countText);
raiseLimit();
const eventfds = Array.from({ length: count }, (_, i) => eventfd(i === count - 1 ? 1 : 0));
let visited = 0;
printFigure('ns per wait', () => {
  const fds = eventfds.map(({ fd }) => fd);
  const turn = backendNamed(name)(fds, (index) => {
    visited += index;
  });
  const run = (waits: number) => {
    for (let i = 0; i < waits; i++) turn();
  };
  return measure(run, Number(milliseconds));
});
