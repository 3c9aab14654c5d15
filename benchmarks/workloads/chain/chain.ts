// The counterpart of chain.c with this package: node chain.js BACKEND[+recvMany] PAIRS MILLISECONDS
// With "+recvMany" one call receives the tokens of all ready pairs, and another sends them.
import { backendNamed, printFigure } from '../shared/backends.js';
import { HOPS, Ring } from './ring.js';
import { measure, raiseLimit } from '../shared/peer.js';

const [, , name, pairs, milliseconds] = process.argv;
raiseLimit();
const ring = new Ring(Number(pairs));

function turnOf(name: string): () => void {
  if (!name.endsWith('+recvMany')) return backendNamed(name)(ring.readers, (pair) => ring.passOn(pair));
  const collect = backendNamed(name.replace('+recvMany', ''))(ring.readers, (pair) => ring.collect(pair));
  return () => {
    collect();
    ring.passOnCollected();
  };
}

printFigure('ns per hop', () => {
  const turn = turnOf(name);
  const run = (count: number) => {
    for (let i = 0; i < count; i++) {
      ring.start();
      while (!ring.over) turn();
    }
  };
  return measure(run, Number(milliseconds)) / HOPS;
});
