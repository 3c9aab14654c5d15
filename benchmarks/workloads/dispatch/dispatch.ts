// The counterpart of dispatch.c with this package: node dispatch.js VARIANT R MILLISECONDS
import { Epoll, EPOLLIN, EpollEventList, EpollSelector, EVENT_READ } from 'io-selectors';
import { eventfd } from 'io-selectors/fd';
import { measure, raiseLimit } from '../shared/peer.js';

/** Waits this many times and visits each event. */
type Run = (waits: number) => void;

const [, , variant, ready, milliseconds] = process.argv;
raiseLimit();
/** Kept here, so that the garbage collector does not close them. */
const eventfds = Array.from({ length: Number(ready) }, () => eventfd(1));
let visited = 0;

function waitInto(): Run {
  const epoll = new Epoll();
  for (const { fd } of eventfds) epoll.register(fd, EPOLLIN);
  const list = new EpollEventList(eventfds.length);
  return (waits) => {
    for (let i = 0; i < waits; i++) {
      const count = epoll.waitInto(list);
      let sum = 0;
      for (let j = 0; j < count; j++) sum += list.fd(j) + list.events(j);
      visited += sum;
    }
  };
}

function makeSelector(): EpollSelector {
  const selector = new EpollSelector();
  for (const { fd } of eventfds) selector.register(fd, EVENT_READ);
  return selector;
}

function selectEach(): Run {
  const selector = makeSelector();
  return (waits) => {
    for (let i = 0; i < waits; i++) {
      let sum = 0;
      selector.selectEach((key, events) => {
        sum += key.fd + events;
      });
      visited += sum;
    }
  };
}

function select(): Run {
  const selector = makeSelector();
  return (waits) => {
    for (let i = 0; i < waits; i++) {
      let sum = 0;
      for (const { key, events } of selector.select()) sum += key.fd + events;
      visited += sum;
    }
  };
}

const variants: Record<string, () => Run> = {
  'Epoll.waitInto': waitInto,
  'EpollSelector.selectEach': selectEach,
  'EpollSelector.select': select,
};
const make = variants[variant];
if (make === undefined) throw new Error(`${variant}: no such variant`);
console.log(JSON.stringify({ 'ns per event': measure(make(), Number(milliseconds)) / eventfds.length }));
for (const each of eventfds) each.close();
