// The same as dispatch.c with this package: node dispatch.js waitInto|selectEach|select R MILLISECONDS
import { Epoll, EPOLLIN, EpollEventList, EpollSelector, EVENT_READ } from 'io-selectors';
import { eventfd } from 'io-selectors/fd';

const [, , peer = 'waitInto', readyText = '100', millisecondsText = '300'] = process.argv;
const ready = Number(readyText);
let visited = 0;

/** Makes `waits` waits and visits each event. */
type Run = (waits: number) => void;

function waitInto(): Run {
  const epoll = new Epoll();
  for (let i = 0; i < ready; i++) epoll.register(eventfd(1), EPOLLIN);
  const list = new EpollEventList(ready);
  return (waits) => {
    for (let i = 0; i < waits; i++) {
      const count = epoll.waitInto(list);
      let sum = 0;
      for (let j = 0; j < count; j++) sum += list.fd(j) + list.events(j);
      visited += sum;
    }
  };
}

function selector(): EpollSelector {
  const result = new EpollSelector();
  for (let i = 0; i < ready; i++) result.register(eventfd(1), EVENT_READ);
  return result;
}

function selectEach(): Run {
  const watched = selector();
  return (waits) => {
    for (let i = 0; i < waits; i++) {
      let sum = 0;
      watched.selectEach((key, events) => {
        sum += key.fd + events;
      });
      visited += sum;
    }
  };
}

function select(): Run {
  const watched = selector();
  return (waits) => {
    for (let i = 0; i < waits; i++) {
      let sum = 0;
      for (const { key, events } of watched.select()) sum += key.fd + events;
      visited += sum;
    }
  };
}

const peers: Record<string, () => Run> = { waitInto, selectEach, select };
const make = peers[peer];
if (make === undefined) throw new Error(`unknown peer ${peer}`);
const run = make();
const waits = Math.floor(100_000 / ready) + 1;
// V8 compiles the loop while it runs.
for (let i = 0; i < 5; i++) run(waits);
let elapsed = 0;
let done = 0;
while (elapsed < Number(millisecondsText) * 1e6) {
  const start = process.hrtime.bigint();
  run(waits);
  elapsed += Number(process.hrtime.bigint() - start);
  done += waits;
}
console.log((elapsed / (done * ready)).toFixed(3));
