import { programsOf } from '../../harness/peers.js';
import type { Target, Workload } from '../../harness/workload.js';
import { chartByBackend } from '../../report/charts.js';
import { sentence, timesC } from '../../report/findings.js';
import type { Presentation } from '../../report/presentation.js';
import { C_VARIANTS, OUR_VARIANTS, PYTHON_VARIANTS } from '../shared/variants.js';

const FIGURE = 'ns per hop';
const { c, libuv, ours, python, npm } = programsOf('chain');

const CALLS = 'a hop is a read and a write, each a call into the addon of about 100 ns';

function atMost(most: number, peer: string, backend: string): Target {
  return { peer, to: `C/${backend}+thread`, figure: FIGURE, most, reason: CALLS };
}

const TARGETS: readonly Target[] = [
  atMost(1.2, 'SelectSelector.select', 'select'),
  atMost(1.2, 'SelectSelector.select+fdSetSize', 'select'),
  atMost(1.2, 'PollSelector.select', 'poll'),
  atMost(1.2, 'Epoll.waitInto', 'epoll'),
  atMost(1.25, 'EpollSelector.select', 'epoll'),
  {
    peer: 'EpollSelector.selectEach+recvMany',
    to: 'C/epoll+thread',
    figure: FIGURE,
    most: 1,
    otherCalls: 'recv(2) and send(2) instead of read(2) and write(2)',
  },
];

/** libevent's benchmark: what a wait costs when each event is followed by a read and a write. */
export const chain: Workload & Presentation = {
  name: 'chain',
  about: 'pass 100 one-byte tokens round a ring of socket pairs; each hop is a read and a write',
  sizeOf: 'socket pairs',
  figures: [{ name: FIGURE, digits: 0 }],
  full: { rounds: 5, milliseconds: 80, sizes: [100, 1000, 1020, 1100, 5000, 9000] },
  quick: { rounds: 2, milliseconds: 20, sizes: [1000, 1100] },

  descriptors: (pairs) => 2 * pairs + 100,

  peers: () => [
    ...C_VARIANTS.map(c),
    ...[...OUR_VARIANTS, 'EpollSelector.selectEach', 'EpollSelector.selectEach+recvMany'].map(ours),
    ...PYTHON_VARIANTS.map(python),
    libuv(),
    npm(),
  ],

  targets: () => TARGETS,

  highlights: [
    {
      what: (size) => `one of 100 ready among ${size} sockets, with a read and a write, \`EpollSelector.select\``,
      figure: FIGURE,
      size: 5000,
      ours: 'EpollSelector.select',
      python: 'Python/EpollSelector',
    },
  ],

  findings: (results) =>
    sentence(
      '**An event with a read and a write** costs, relative to C with the same back end: ',
      OUR_VARIANTS.filter((variant) => variant !== 'SelectSelector.select').map((peer) => timesC(results, peer)),
    ),

  plot: (results) => chartByBackend('The cost of passing a byte on by the number of socket pairs', results),
};
