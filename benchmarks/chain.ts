// libevent's benchmark: what a wait costs where each event is followed by a read and a write.
import { IN_C, IN_PYTHON, OURS } from './backends.js';
import { c, libuv, npmEpoll, ours, py } from './peers.js';
import type { Target, Workload } from './workload.js';

const FIGURE = 'ns per hop';

function atMost(most: number, peer: string, to: string): Target {
  return { peer, to, figure: FIGURE, most };
}

/** The kernel counts its references to each descriptor in a process with threads, as Node always is. */
const TARGETS = [
  atMost(1.15, 'SelectSelector.select', 'C/select+thread'),
  atMost(1.15, 'SelectSelector.select+fdSetSize', 'C/select+thread'),
  atMost(1.15, 'PollSelector.select', 'C/poll+thread'),
  atMost(1.1, 'Epoll.waitInto', 'C/epoll'),
  atMost(1.2, 'EpollSelector.select', 'C/epoll'),
  {
    ...atMost(1.2, 'EpollSelector.selectEach+recvMany', 'C/epoll'),
    otherCalls: 'recv(2) and send(2), where the others read(2) and write(2)',
  },
  ...IN_PYTHON.map((selector) => atMost(1, `${selector}.select`, `Python/${selector}`)),
];

export const chain: Workload = {
  name: 'chain',
  about: '100 tokens of one byte go round a ring of socket pairs: a hop is its share of a wait, a read and a write',
  sizeOf: 'socket pairs',
  figures: [{ name: FIGURE, digits: 0 }],
  full: { rounds: 5, milliseconds: 80, sizes: [100, 1000, 1020, 1100, 5000, 9000] },
  quick: { rounds: 2, milliseconds: 20, sizes: [1000, 1100] },
  descriptors: (pairs) => 2 * pairs + 100,
  peers: () => [
    ...IN_C.map((variant) => c('chain', variant)),
    ...[...OURS, 'EpollSelector.selectEach', 'EpollSelector.selectEach+recvMany'].map((variant) => ours('chain', variant)),
    ...IN_PYTHON.map((variant) => py('chain', variant)),
    libuv('chain'),
    npmEpoll('chain'),
  ],
  targets: () => TARGETS,
};
