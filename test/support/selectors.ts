import {
  availableBackends,
  type BaseSelector,
  EpollSelector,
  PollSelector,
  SelectSelector,
  type SelectorKey,
  type SelectorOptions,
} from 'io-selectors';
import { expect } from 'vitest';
import { owned } from './descriptors.js';

type Backend = BaseSelector['backend'];

interface SelectorConstructor {
  new <D = unknown>(options?: SelectorOptions): BaseSelector<D>;
}

const ALL: [Backend, SelectorConstructor][] = [
  ['select', SelectSelector],
  ['poll', PollSelector],
  ['epoll', EpollSelector],
];

/** The back ends of this build: it may lack epoll, or epoll and poll. */
export const backends = ALL.filter(([backend]) => availableBackends().includes(backend));

/** A selector that is closed when the test is over. */
export function open<D = unknown>(Selector: SelectorConstructor, options?: SelectorOptions): BaseSelector<D> {
  return owned(new Selector<D>(options));
}

/** Expects the next wait to report exactly these keys with these events within five seconds. */
export function expectReady<D>(selector: BaseSelector<D>, expected: [key: SelectorKey<D>, events: number][]): void {
  const byFd = (a: [SelectorKey<D>, number], b: [SelectorKey<D>, number]) => a[0].fd - b[0].fd;
  const ready = selector.select(5000).map(({ key, events }): [SelectorKey<D>, number] => [key, events]);
  expect(ready.toSorted(byFd)).toEqual(expected.toSorted(byFd));
  for (const [key] of ready) expect(key).toBe(selector.getKey(key.fd));
}

/** Expects that nothing is ready. */
export function expectIdle<D>(selector: BaseSelector<D>): void {
  expect(selector.select(0)).toEqual([]);
}
