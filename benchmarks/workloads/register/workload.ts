import { programsOf } from '../../harness/peers.js';
import type { Target, Workload } from '../../harness/workload.js';
import { barChart } from '../../report/charts.js';
import type { Presentation } from '../../report/presentation.js';

const TIMES = ['ns per register', 'ns per modify', 'ns per unregister'];
const HEAP = 'heap bytes per key';
const RSS = 'RSS bytes per key';
const SELECTORS = ['SelectSelector', 'PollSelector', 'EpollSelector'];
/** Most visible with modify, whose system call is the shortest. */
const KEYS = 'each call checks its arguments and makes a new key object';
const { c, libuv, ours, python, npm } = programsOf('register');

const TARGETS: readonly Target[] = [
  ...['Epoll', 'EpollSelector'].flatMap((peer) =>
    TIMES.map((figure): Target => ({ peer, to: 'C/epoll+thread', figure, most: 1.6, reason: KEYS })),
  ),
  ...SELECTORS.map((peer): Target => ({ peer, figure: HEAP, most: 160 })),
];

/** What a registration costs in time and memory. */
export const register: Workload & Presentation = {
  name: 'register',
  about: 'register, modify and unregister N eventfds; and the memory that a registration takes',
  sizeOf: 'descriptors',
  figures: [...TIMES.map((name) => ({ name, digits: 0 })), { name: HEAP, digits: 0 }, { name: RSS, digits: 0 }],
  full: { rounds: 5, milliseconds: 120, sizes: [100, 1000, 10_000] },
  quick: { rounds: 2, milliseconds: 40, sizes: [1000] },

  // Memory is measured with enough selectors or loops for 100,000 or 50,000 registrations.
  descriptors: (size) => size + Math.ceil(200_000 / size) + 100,

  peers: () => [
    c('epoll'),
    c('epoll+thread'),
    libuv(),
    ...['Epoll', ...SELECTORS].map(ours),
    ...SELECTORS.map(python),
    npm(),
  ],

  targets: () => TARGETS,

  highlights: [
    {
      what: (size) => `register one of ${size} descriptors, \`EpollSelector\``,
      figure: TIMES[0],
      size: 1000,
      ours: 'EpollSelector',
      python: 'Python/EpollSelector',
    },
  ],

  plot: (results) => barChart('The cost of register, modify and unregister', results),
};
