import type { Backend } from './bits.js';
import { BACKENDS } from './driver.js';
import type { Operation } from './operation.js';
import type { Random } from './random.js';

const WEIGHTS: Record<Operation['op'], number> = {
  open: 5,
  close: 2.5,
  dup: 2.5,
  dup2: 2,
  dupEpoll: 0.15,
  write: 9,
  fill: 5,
  read: 5,
  drain: 4,
  shutdown: 1,
  urgent: 1,
  register: 14,
  modify: 9,
  unregister: 5,
  litter: 0.3,
  wakeup: 1.5,
  reopen: 0.3,
  busy: 0.1,
  select: 14,
  selectEach: 9,
  selectAsync: 12,
  // About once in a sequence: it starts a process.
  witness: 0.8,
};

/** The preferences of one sequence. They lead further than the average of all would. */
export interface Profile {
  readonly low: boolean;
  readonly unpollable: 'throw' | 'ready';
  readonly weights: ReadonlyMap<Operation['op'], number>;
  /** How many descriptors there are at most: with few, the same ones meet again and again. */
  readonly mostSlots: number;
  /** The back ends that most calls are for. */
  readonly on: readonly Backend[];
  /** The probability of each option of register(). */
  readonly options: { trigger: number; oneShot: number; exclusive: number; flags: number };
}

export function profile(random: Random): Profile {
  const entries = Object.entries(WEIGHTS) as [Operation['op'], number][];
  const chance = () => random.pick([0, 0.1, 0.3, 0.7]);
  return {
    low: random.chance(0.3),
    unpollable: random.chance(0.6) ? 'ready' : 'throw',
    weights: new Map(entries.map(([op, weight]) => [op, weight * random.pick([0.2, 1, 1, 3])])),
    mostSlots: random.pick([3, 4, 6, 12]),
    on: random.chance(0.75) ? BACKENDS : [BACKENDS[BACKENDS.length - 1]],
    options: { trigger: chance(), oneShot: chance(), exclusive: chance() / 2, flags: chance() },
  };
}
