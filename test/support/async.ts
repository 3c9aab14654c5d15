import { setImmediate, setTimeout } from 'node:timers/promises';
import { EVENT_READ, type ReadyEvent, type SelectorKey, type SelectorOptions } from 'io-selectors';
import { pipe } from './descriptors.js';
import { type backends, open } from './selectors.js';

type Constructor = (typeof backends)[number][1];

/** A selector that watches a pipe with nothing in it. */
export function idle(Selector: Constructor, options?: SelectorOptions) {
  const selector = open(Selector, options);
  const [readFd, writeFd] = pipe();
  const key = selector.register(readFd, EVENT_READ);
  return { selector, key, readFd, writeFd };
}

export function keysOf<D>(ready: ReadyEvent<D>[]): SelectorKey<D>[] {
  return ready.map(({ key }) => key);
}

/** How long a promise takes to be settled, and what it resolves with. */
export async function elapsed<T>(call: () => Promise<T>): Promise<{ result: T; elapsedMs: number }> {
  const start = performance.now();
  const result = await call();
  return { result, elapsedMs: performance.now() - start };
}

/** Follows a promise without waiting for it. */
export function follow(promise: Promise<unknown>): { readonly settled: boolean } {
  const state = { settled: false };
  const settle = () => {
    state.settled = true;
  };
  promise.then(settle, settle);
  return state;
}

/** Some turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}

/** When, after a wait was begun, something else is done: in the same turn, or with the wait in progress. */
export const MOMENTS: [string, () => Promise<unknown>][] = [
  ['in the same turn', async () => {}],
  ['some turns later', () => turns(5)],
  ['later', () => setTimeout(10)],
];
