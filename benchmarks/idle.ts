// What a wait costs as the number of descriptors grows that are not ready.
import { getDescriptorLimit } from 'io-selectors/fd';
import { IN_C, IN_PYTHON, OURS } from './backends.js';
import { c, ours, py } from './peers.js';
import type { Peer, Target, Workload } from './workload.js';

const FIGURE = 'ns per wait';
/** What a program has open besides, amply. */
const SPARE = 100;
/** The lines are straight by then, and past it opening the descriptors would take longer than measuring. */
const ENOUGH = 100_000;
const LARGEST = Math.min(getDescriptorLimit().hard - SPARE, ENOUGH);
/** From here on the cost is nearly all slope. */
const SLOPE_FROM = 3000;

const NPM_EPOLL: Peer = {
  name: 'npm/epoll',
  missing: 'cannot: its thread waits by itself, and a program cannot ask for one wait',
  command: () => [],
};

/** The kernel counts its references to each descriptor in a process with threads, as Node always is. */
const SLOPES: readonly Target[] = [
  { peer: 'SelectSelector.select+fdSetSize', to: 'C/select+thread', figure: FIGURE, most: 1.1 },
  { peer: 'PollSelector.select', to: 'C/poll+thread', figure: FIGURE, most: 1.1 },
];

export const idle: Workload = {
  name: 'idle',
  about: 'one wait for many idle descriptors and one that is ready, which is the last of them',
  sizeOf: 'descriptors',
  figures: [{ name: FIGURE, digits: 0 }],
  full: { rounds: 5, milliseconds: 50, sizes: sizes(10, 100, 1000, 1020, 1100, 3000, 10_000, LARGEST) },
  quick: { rounds: 2, milliseconds: 20, sizes: [10, 1000, 1100] },
  descriptors: (size) => size + SPARE,
  peers: () => [
    ...IN_C.map((variant) => c('idle', variant)),
    ...OURS.map((variant) => ours('idle', variant)),
    ...IN_PYTHON.map((variant) => py('idle', variant)),
    NPM_EPOLL,
  ],
  targets: (size) => (size >= SLOPE_FROM ? SLOPES : []),
};

/** In their order, each once. */
function sizes(...of: number[]): number[] {
  return [...new Set(of)].toSorted((a, b) => a - b);
}
