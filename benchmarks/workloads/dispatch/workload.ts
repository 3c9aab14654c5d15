import { programsOf } from '../../harness/peers.js';
import type { Target, Workload } from '../../harness/workload.js';
import { lineChart } from '../../report/charts.js';
import { ratioRange, sentence, timesC } from '../../report/findings.js';
import type { Presentation } from '../../report/presentation.js';

const FIGURE = 'ns per event';
const PYTHON = 'Python/EpollSelector';
const OURS = ['Epoll.waitInto', 'EpollSelector.selectEach', 'EpollSelector.select'];
const { c, libuv, ours, python, npm } = programsOf('dispatch');

function atMost(most: number, peer: string, reason: string): Target {
  return { peer, to: 'C/epoll+thread', figure: FIGURE, most, reason };
}

const CALL = 'a call into an addon costs about 100 ns, which few events have to share';
const KEYS = 'each event costs an object and the lookup of its key';

/** What a wait costs for each ready descriptor. */
export const dispatch: Workload & Presentation = {
  name: 'dispatch',
  about: 'wait on R eventfds that are always ready, and visit each event',
  sizeOf: 'ready descriptors',
  figures: [{ name: FIGURE, digits: 1 }],
  full: { rounds: 9, milliseconds: 150, sizes: [1, 10, 100, 1000, 10_000] },
  quick: { rounds: 3, milliseconds: 50, sizes: [10, 1000] },

  descriptors: (size) => size + 100,

  peers: () => [c('epoll'), c('epoll+thread'), libuv(), ...OURS.map(ours), python('EpollSelector'), npm()],

  targets: (size) => [
    ...(size === 1
      ? [atMost(1.25, 'Epoll.waitInto', CALL)]
      : [
          atMost(1.06, 'Epoll.waitInto', CALL),
          atMost(1.15, 'EpollSelector.selectEach', CALL),
          atMost(1.35, 'EpollSelector.select', KEYS),
        ]),
    { peer: PYTHON, to: 'EpollSelector.select', figure: FIGURE, least: 2.3 },
  ],

  highlights: OURS.map((peer) => ({
    what: (size) => `one of ${size} ready descriptors, \`${peer}\``,
    figure: FIGURE,
    size: 100,
    ours: peer,
    ...(peer === 'EpollSelector.select' && { python: PYTHON }),
  })),

  findings: (results) => [
    ...sentence('**An event** costs, relative to C: ', OURS.map((peer) => timesC(results, peer))),
    ...sentence('**Python** needs this many times what `EpollSelector.select` needs for an event: ', [
      ratioRange(results, PYTHON, 'EpollSelector.select'),
    ]),
  ],

  plot: (results) =>
    lineChart('The cost of an event by how many are ready at once', results, { width: 560, linear: [false] }),
};
