// The same as register.c with this package, and the memory for a key:
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
import { raiseLimit } from './timing.js';

interface Registry extends Cycle {
  close(): void;
}

type Make = (fds: readonly number[]) => Registry;

function epoll(fds: readonly number[]): Registry {
  const raw = new Epoll();
  return {
    register() {
      for (const fd of fds) raw.register(fd, EPOLLIN);
    },
    modify() {
      for (const fd of fds) raw.modify(fd, EPOLLIN | EPOLLOUT);
    },
    unregister() {
      for (const fd of fds) raw.unregister(fd);
    },
    close: () => raw.close(),
  };
}

function selector(make: (fds: readonly number[]) => BaseSelector<object>): Make {
  const data = {};
  return (fds) => {
    const watched = make(fds);
    return {
      register() {
        for (const fd of fds) watched.register(fd, EVENT_READ, data);
      },
      modify() {
        for (const fd of fds) watched.modify(fd, EVENT_READ | EVENT_WRITE, data);
      },
      unregister() {
        for (const fd of fds) watched.unregister(fd);
      },
      close: () => watched.close(),
    };
  };
}

const variants: Record<string, Make> = {
  Epoll: epoll,
  SelectSelector: selector((fds) => new SelectSelector({ fdSetSize: Math.max(FD_SETSIZE, ...fds.map((fd) => fd + 1)) })),
  PollSelector: selector(() => new PollSelector()),
  EpollSelector: selector(() => new EpollSelector()),
};

/** So many that a page more or less makes no difference. */
const KEYS = 100_000;

function bytesInUse(gc: () => void): { heap: number; rss: number } {
  gc();
  // What another thread is still freeing after the first, it has freed before the second.
  gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

function measureMemory(make: Make, fds: readonly number[]): Record<string, number> {
  setFlagsFromString('--expose-gc');
  // Else V8 makes room for more young objects meanwhile, as much again as the keys take.
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
// Not sooner, by the garbage collector.
for (const each of eventfds) each.close();
