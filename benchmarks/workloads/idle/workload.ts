import { getDescriptorLimit } from 'io-selectors/fd';
import { programsOf } from '../../harness/peers.js';
import type { Peer, Target, Workload } from '../../harness/workload.js';
import { chartByBackend } from '../../report/charts.js';
import type { Highlight, Presentation } from '../../report/presentation.js';
import { C_VARIANTS, OUR_VARIANTS, PYTHON_VARIANTS } from '../shared/variants.js';
import { findings } from './findings.js';

const FIGURE = 'ns per wait';
/** An upper bound on the other descriptors of a program. */
const SPARE = 100;
/** The curves are straight by then, and opening more descriptors would take longer than measuring. */
const ENOUGH = 100_000;
const SMALLEST = 10;
const LARGEST = Math.min(getDescriptorLimit().hard - SPARE, ENOUGH);
/** With fewer descriptors noise hides the slope. */
const SLOPE_FROM = 1000;
const { c, ours, python } = programsOf('idle');

const NPM_EPOLL: Peer = {
  name: 'npm/epoll',
  missing: 'its own thread waits, and a program cannot ask for a single wait',
  command: () => [],
};

const SLOPES = [
  ['SelectSelector.select+fdSetSize', 'C/select+thread'],
  ['PollSelector.select', 'C/poll+thread'],
].map(([peer, to]): Target => ({ peer, to, figure: FIGURE, from: SMALLEST, most: 1.1 }));

function highlight(selector: string, variant = ''): Highlight {
  return {
    what: (size) => `one wait among ${size} descriptors, \`${selector}\`${variant === '' ? '' : ` with \`${variant}\``}`,
    figure: FIGURE,
    size: 10_000,
    ours: `${selector}.select${variant === '' ? '' : `+${variant}`}`,
    python: `Python/${selector}`,
  };
}

/** What a wait costs as the number of descriptors grows that are not ready. */
export const idle: Workload & Presentation = {
  name: 'idle',
  about: 'wait once on N descriptors of which only the last is ready',
  sizeOf: 'descriptors',
  figures: [{ name: FIGURE, digits: 0 }],
  full: { rounds: 5, milliseconds: 50, sizes: ascending(SMALLEST, 100, 1000, 1020, 1100, 3000, 10_000, LARGEST) },
  quick: { rounds: 2, milliseconds: 20, sizes: [SMALLEST, 1000, 1100] },

  descriptors: (size) => size + SPARE,

  peers: () => [...C_VARIANTS.map(c), ...OUR_VARIANTS.map(ours), ...PYTHON_VARIANTS.map(python), NPM_EPOLL],

  targets: (size) => (size >= SLOPE_FROM ? SLOPES : []),

  highlights: [
    highlight('SelectSelector', 'fdSetSize'),
    highlight('PollSelector'),
    highlight('EpollSelector'),
  ],

  findings,

  plot: (results) => chartByBackend('The cost of one wait by the number of registered descriptors', results),
};

/** Sorted, without duplicates. */
function ascending(...sizes: number[]): number[] {
  return [...new Set(sizes)].toSorted((a, b) => a - b);
}
