// The counterpart of register.c with this package. It also measures the memory of a key:
// node register.js Epoll|SelectSelector|PollSelector|EpollSelector DESCRIPTORS MILLISECONDS
import {
  type BaseSelector,
  Epoll,
  EPOLLIN,
  EPOLLOUT,
  EpollSelector,
  EVENT_READ,
  EVENT_WRITE,
  FD_SETSIZE,
  PollSelector,
  SelectSelector,
} from 'io-selectors';
import { eventfd } from 'io-selectors/fd';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Cycle, measureCycle } from './cycle.js';
import { raiseLimit } from '../shared/peer.js';

interface Registry extends Cycle {
  close(): void;
}

type Make = (fds: readonly number[]) => Registry;

function epollOf(fds: readonly number[]): Registry {
  const epoll = new Epoll();
  return {
    register() {
      for (const fd of fds) epoll.register(fd, EPOLLIN);
    },
    modify() {
      for (const fd of fds) epoll.modify(fd, EPOLLIN | EPOLLOUT);
    },
    unregister() {
      for (const fd of fds) epoll.unregister(fd);
    },
    close: () => epoll.close(),
  };
}

function selectorOf(make: (fds: readonly number[]) => BaseSelector<object>): Make {
  const data = {};
  return (fds) => {
    const selector = make(fds);
    return {
      register() {
        for (const fd of fds) selector.register(fd, EVENT_READ, data);
      },
      modify() {
        for (const fd of fds) selector.modify(fd, EVENT_READ | EVENT_WRITE, data);
      },
      unregister() {
        for (const fd of fds) selector.unregister(fd);
      },
      close: () => selector.close(),
    };
  };
}

const variants: Record<string, Make> = {
  Epoll: epollOf,
  SelectSelector: selectorOf((fds) => new SelectSelector({ fdSetSize: Math.max(FD_SETSIZE, ...fds.map((fd) => fd + 1)) })),
  PollSelector: selectorOf(() => new PollSelector()),
  EpollSelector: selectorOf(() => new EpollSelector()),
};

/** So many that rounding to pages makes no difference. */
const KEYS = 100_000;

function bytesInUse(gc: () => void): { heap: number; rss: number } {
  gc();
  // The first collection may leave work to another thread; the second waits for it.
  gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

function measureMemory(make: Make, fds: readonly number[]): Record<string, number> {
  setFlagsFromString('--expose-gc');
  // Otherwise V8 grows its young generation meanwhile, by as much as the keys take.
  setFlagsFromString('--semi-space-growth-factor=1');
  const gc = runInNewContext('gc');
  const registries = Array.from({ length: Math.ceil(KEYS / fds.length) }, () => make(fds));
  const keys = registries.length * fds.length;
  const before = bytesInUse(gc);
  for (const registry of registries) registry.register();
  const after = bytesInUse(gc);
  for (const registry of registries) registry.close();
  return {
    'heap bytes per key': (after.heap - before.heap) / keys,
    'RSS bytes per key': (after.rss - before.rss) / keys,
  };
}

const [, , name, descriptors, milliseconds] = process.argv;
const make = variants[name];
if (make === undefined) throw new Error(`${name}: no such variant`);
raiseLimit();
const eventfds = Array.from({ length: Number(descriptors) }, () => eventfd());
const fds = eventfds.map(({ fd }) => fd);
const registry = make(fds);
const times = measureCycle(registry, fds.length, Number(milliseconds));
registry.close();
const memory = measureMemory(make, fds);
console.log(JSON.stringify({ ...times, ...memory }));
// Closed here, so that the garbage collector does not close them earlier.
for (const each of eventfds) each.close();
