import { Epoll, EpollSelector, Poll, PollSelector, SelectSelector, Waker } from 'io-selectors';
import { eventfd, pidfd, signals, timerfd } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned } from '../support/descriptors.js';

interface Closable extends Disposable {
  readonly closed: boolean;
  readonly fd?: number;
  close(): void;
}

/** Everything that has a close(), made by the function of its row where the system has it. */
const CLASSES: [name: string, isThere: boolean, make: () => Closable][] = [
  ['SelectSelector', true, () => new SelectSelector()],
  ['PollSelector', has.poll, () => new PollSelector()],
  ['EpollSelector', has.epoll, () => new EpollSelector()],
  ['Poll', has.poll, () => new Poll()],
  ['Epoll', has.epoll, () => new Epoll()],
  ['Waker', true, () => new Waker(owned(new SelectSelector()).waker.share())],
  ['Socket', true, () => new Socket()],
  ['EventFd', has.eventfd, () => eventfd()],
  ['TimerFd', has.timerfd, () => timerfd({ delayMs: 0 })],
  ['PidFd', has.pidfd, () => pidfd(process.pid)],
  ['Signals', has.signals, () => signals(['SIGUSR2'])],
];

describe.each(CLASSES.filter(([, isThere]) => isThere))('%s', (_, __, make) => {
  test.each(['close', Symbol.dispose] as const)('is closed after %s(), and has no descriptor any more', (method) => {
    const object = make();
    expect(object.closed).toBe(false);
    if (object.fd !== undefined) expect(object.fd).toBeGreaterThanOrEqual(0);
    object[method]();
    expect(object.closed).toBe(true);
    expect([undefined, -1]).toContain(object.fd);
    expect(() => object[method]()).not.toThrow();
  });
});
