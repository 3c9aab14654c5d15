import { c, libuv, npmEpoll, ours, py } from './peers.js';
import type { Target, Workload } from './workload.js';

const FIGURE = 'ns per event';
const PEERS = ['Epoll.waitInto', 'EpollSelector.selectEach', 'EpollSelector.select'];

/** What a wait costs per ready descriptor. */
export const dispatch: Workload = {
  name: 'dispatch',
  about: 'R eventfds that are always ready: wait, and visit each event',
  sizeOf: 'ready descriptors',
  figures: [{ name: FIGURE, digits: 1 }],
  full: { rounds: 9, milliseconds: 150, sizes: [1, 10, 100, 1000, 10_000] },
  quick: { rounds: 3, milliseconds: 50, sizes: [10, 1000] },

  descriptors: (size) => size + 100,

  peers: () => [
    c('dispatch', 'epoll'),
    c('dispatch', 'epoll+thread'),
    libuv('dispatch'),
    ...PEERS.map((name) => ours('dispatch', name)),
    py('dispatch', 'EpollSelector'),
    npmEpoll('dispatch'),
  ],

  targets(size): Target[] {
    const to = { to: 'C/epoll', figure: FIGURE };
    const python: Target = { peer: 'Python/EpollSelector', to: 'EpollSelector.select', figure: FIGURE, least: 4 };
    if (size === 1) return [{ ...to, peer: 'Epoll.waitInto', most: 1.35 }, python];
    const most = [1.05, 1.15, 1.35];
    return [...PEERS.map((peer, i) => ({ ...to, peer, most: most[i] })), python];
  },
};
