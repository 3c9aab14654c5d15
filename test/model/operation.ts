import type { RegisterOptions } from 'io-selectors';
import type { Backend } from './bits.js';
import type { Kind } from './file.js';

/** How a call names a descriptor: by number, or by an object that has it. */
export type By = 'number' | 'object';

/** Operations on descriptors, which are named by the ids of their slots. */
export type Change =
  | { op: 'open'; kind: Kind; at: number[] }
  | { op: 'close'; slot: number; by: 'package' | 'fs' }
  | { op: 'dup'; slot: number; at: number }
  | { op: 'dup2'; slot: number; over: number }
  | { op: 'dupEpoll'; over: number }
  | { op: 'write'; slot: number; size: number }
  | { op: 'fill'; slot: number }
  | { op: 'read'; slot: number; size: number }
  | { op: 'drain'; slot: number }
  | { op: 'shutdown'; slot: number; how: 'read' | 'write' | 'both' }
  | { op: 'urgent'; slot: number };

/** Operations on selectors. A back end ignores the options that it lacks. */
export type Call =
  | { op: 'register'; on: Backend[]; slot: number; by: By; events: number; data: number; options?: RegisterOptions }
  | { op: 'modify'; on: Backend[]; slot: number; by: By; events: number; data?: number; options?: RegisterOptions }
  | { op: 'unregister'; on: Backend[]; slot: number; by: By }
  | { op: 'litter'; slot: number; count: number; events: number }
  | { op: 'wakeup'; on: Backend[]; by: 'selector' | 'waker' | 'share' }
  | { op: 'reopen'; on: Backend[] }
  | { op: 'busy'; on: Backend[] };

export type Step = Change | Call;

/** Waits. A timeout of null is longer than anything ready takes. */
export interface Select {
  op: 'select';
  on: Backend[];
  timeoutMs: number | null;
}

export interface SelectEach {
  op: 'selectEach';
  on: Backend[];
  timeoutMs: number | null;
  /** Steps inside callbacks, which are counted from 1. */
  during: { call: number; step: Step | { op: 'throw' } }[];
}

export interface SelectAsync {
  op: 'selectAsync';
  on: Backend[];
  timeoutMs: number | null;
  via: 'promise' | 'iterator';
  /** Steps during the wait; `turn`: whether the event loop turns before. */
  during: { turn: boolean; step: Step }[];
  /** What ends the wait if nothing is ready, or in any case if it is eager. */
  end: { by: 'abort' | 'wakeup' | 'waker' | 'close'; eager: boolean } | undefined;
}

/** Asks a C program what is ready. */
export interface Witness {
  op: 'witness';
}

export type Operation = Step | Select | SelectEach | SelectAsync | Witness;

/** Operations and everything they depend on, as plain JSON that can be replayed. */
export interface Sequence {
  seed: number;
  low: boolean;
  unpollable: 'throw' | 'ready';
  operations: Operation[];
}
