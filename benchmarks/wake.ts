import { twoCores } from './cores.js';
import { c, ours } from './peers.js';
import { answer } from './program.js';
import type { Workload } from './workload.js';

const FIGURE = 'ns per wake-up';
const OURS = 'EpollSelector.waker';

/**
 * How long after a wake-up in one thread a wait in another returns. The kernel moves threads that wake each
 * other together and apart again as it sees fit, which changes the latency tenfold: hence each is pinned.
 */
export const wake: Workload = {
  name: 'wake',
  about: 'two threads wake each other in turn, on a core each or on one: from the wake-up to the return of the wait',
  sizeOf: 'cores',
  sizesFixed: true,
  figures: [{ name: FIGURE, digits: 0 }],
  full: { rounds: 9, milliseconds: 500, sizes: [2, 1] },
  quick: { rounds: 3, milliseconds: 150, sizes: [2, 1] },

  descriptors: () => 100,

  peers: () => [c('wake', 'epoll'), ours('wake', OURS)],

  async measure(peer, size, milliseconds) {
    const [first, second] = twoCores();
    if (first === undefined) return { refused: 'threads cannot be pinned: no two cores, or no taskset' };
    // There and back takes about 50 us on two cores, and 6 on one, where nobody sleeps while the other runs.
    const rounds = milliseconds * (size === 2 ? 20 : 150);
    const cores = [first, size === 2 ? second : first].map(String);
    return await answer([...peer.command(size, rounds), ...cores]);
  },

  // On one core the other thread cannot return before this one waits, so the way there is counted, too.
  targets: (size) => (size === 2 ? [{ peer: OURS, to: 'C/epoll', figure: FIGURE, most: 1.2 }] : []),
};
