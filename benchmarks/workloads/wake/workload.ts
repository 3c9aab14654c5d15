import { twoCores } from '../../harness/cores.js';
import { programsOf } from '../../harness/peers.js';
import { answer } from '../../harness/program.js';
import type { Workload } from '../../harness/workload.js';
import type { Presentation } from '../../report/presentation.js';

const FIGURE = 'ns per wake-up';
const OURS = 'EpollSelector.waker';
const { c, ours } = programsOf('wake');

/**
 * The latency from a wake-up in one thread to the return of a wait in another. The threads are pinned, because the
 * kernel would otherwise move them together and apart as it sees fit, which changes the latency tenfold.
 */
export const wake: Workload & Presentation = {
  name: 'wake',
  about: 'two threads wake each other in turn, on two cores or on one; from the wake-up to the return of the wait',
  sizeOf: 'cores',
  sizesFixed: true,
  figures: [{ name: FIGURE, digits: 0 }],
  full: { rounds: 9, milliseconds: 500, sizes: [2, 1] },
  quick: { rounds: 3, milliseconds: 150, sizes: [2, 1] },

  descriptors: () => 100,

  peers: () => [c('epoll'), ours(OURS)],

  async measure(peer, size, milliseconds) {
    const [first, second] = twoCores();
    if (first === undefined) return { refused: 'threads cannot be pinned: no two cores, or no taskset' };
    // A round trip takes about 50 us on two cores and 6 us on one, where no thread sleeps while the other runs.
    const rounds = milliseconds * (size === 2 ? 20 : 150);
    const cores = [first, size === 2 ? second : first].map(String);
    return await answer([...peer.command(size, rounds), ...cores]);
  },

  // On one core the other thread only runs once this one waits, so the time includes the way into the wait.
  targets: (size) => (size === 2 ? [{ peer: OURS, to: 'C/epoll', figure: FIGURE, most: 1.2 }] : []),

  highlights: [
    { what: () => 'wake a selector in another thread', figure: FIGURE, size: 2, ours: OURS },
  ],
};
