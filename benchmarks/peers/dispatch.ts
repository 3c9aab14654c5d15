// The same as dispatch.c with this package: node dispatch.js Epoll.waitInto|EpollSelector.selectEach|EpollSelector.select R MILLISECONDS
import { Epoll, EPOLLIN, EpollEventList, EpollSelector, EVENT_READ } from 'io-selectors';
import { type EventFd, eventfd } from 'io-selectors/fd';
import { measure, raiseLimit } from './timing.js';

const [, , peer = 'Epoll.waitInto', size = '100', milliseconds = '300'] = process.argv;
const ready = Number(size);
let visited = 0;

/** Makes `waits` waits and visits each event. */
type Run = (waits: number) => void;

/** One that is forgotten would be closed. */
const kept: EventFd[] = [];

function readyFd(): EventFd {
  const fd = eventfd(1);
  kept.push(fd);
  return fd;
}

function waitInto(): Run {
  const epoll = new Epoll();
  for (let i = 0; i < ready; i++) epoll.register(readyFd(), EPOLLIN);
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
  for (let i = 0; i < ready; i++) result.register(readyFd(), EVENT_READ);
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

const peers: Record<string, () => Run> = {
  'Epoll.waitInto': waitInto,
  'EpollSelector.selectEach': selectEach,
  'EpollSelector.select': select,
};
const make = peers[peer];
if (make === undefined) throw new Error(`unknown peer ${peer}`);
raiseLimit();
console.log(JSON.stringify({ 'ns per event': measure(make(), Number(milliseconds)) / ready }));
