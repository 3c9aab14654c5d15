import { c, libuv, npmEpoll, ours, py } from './peers.js';
import type { Target, Workload } from './workload.js';

const TIMES = ['ns per register', 'ns per modify', 'ns per unregister'];
const HEAP = 'heap bytes per key';
const RSS = 'RSS bytes per key';

const timeTargets = ['Epoll', 'EpollSelector'].flatMap((peer) =>
  TIMES.map((figure): Target => ({ peer, to: 'C/epoll', figure, most: 1.6 })),
);

/** What a registration costs, in time and in memory. */
export const register: Workload = {
  name: 'register',
  about: 'register N eventfds, modify what is asked of them, and unregister them; the memory for a registration',
  sizeOf: 'descriptors',
  figures: [...TIMES.map((name) => ({ name, digits: 0 })), { name: HEAP, digits: 0 }, { name: RSS, digits: 0 }],
  full: { rounds: 5, milliseconds: 120, sizes: [100, 1000, 10_000] },
  quick: { rounds: 2, milliseconds: 40, sizes: [1000] },

  // For the memory, there are as many selectors and loops as make 100000 and 50000 registrations.
  descriptors: (size) => size + Math.ceil(200_000 / size) + 100,

  peers: () => [
    c('register', 'epoll'),
    c('register', 'epoll+thread'),
    libuv('register'),
    ...['Epoll', 'SelectSelector', 'PollSelector', 'EpollSelector'].map((name) => ours('register', name)),
    ...['SelectSelector', 'PollSelector', 'EpollSelector'].map((name) => py('register', name)),
    npmEpoll('register'),
  ],

  targets: () => [...timeTargets, { peer: 'EpollSelector', figure: HEAP, most: 160 }],
};
