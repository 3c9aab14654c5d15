import { setImmediate, setTimeout } from 'node:timers/promises';
import { EVENT_READ, type ReadyEvent, type SelectorKey, type SelectorOptions } from 'io-selectors';
import { pipe } from './descriptors.js';
import { type backends, open } from './selectors.js';

type Constructor = (typeof backends)[number][1];

/** A selector that watches an empty pipe. */
export function idle(Selector: Constructor, options?: SelectorOptions) {
  const selector = open(Selector, options);
  const [readFd, writeFd] = pipe();
  const key = selector.register(readFd, EVENT_READ);
  return { selector, key, readFd, writeFd };
}

export function keysOf<D>(ready: ReadyEvent<D>[]): SelectorKey<D>[] {
  return ready.map(({ key }) => key);
}

/** Awaits a promise and measures how long that takes. */
export async function elapsed<T>(call: () => Promise<T>): Promise<{ result: T; elapsedMs: number }> {
  const start = performance.now();
  const result = await call();
  return { result, elapsedMs: performance.now() - start };
}

/** Tells whether a promise is settled, without waiting for it. */
export function follow(promise: Promise<unknown>): { readonly settled: boolean } {
  const state = { settled: false };
  const settle = () => {
    state.settled = true;
  };
  promise.then(settle, settle);
  return state;
}

/** Lets the event loop turn several times. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}

/** Moments after the start of a wait at which something is done to it. */
export const MOMENTS: [string, () => Promise<unknown>][] = [
  ['in the same turn', async () => {}],
  ['some turns later', () => turns(5)],
  ['later', () => setTimeout(10)],
];
