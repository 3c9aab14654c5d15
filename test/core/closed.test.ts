import { Epoll, EpollSelector, Poll, PollSelector, SelectSelector, Waker } from 'io-selectors';
import { eventfd, pidfd, signals, timerfd } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { owned } from '../support/descriptors.js';
import { hasEpoll, hasPoll } from '../support/selectors.js';

interface Closable extends Disposable {
  readonly closed: boolean;
  readonly fd?: number;
  close(): void;
}

const isLinux = process.platform === 'linux';

/** Everything that has a close(), made by the function of its row where the system has it. */
const CLASSES: [name: string, isThere: boolean, make: () => Closable][] = [
  ['SelectSelector', true, () => new SelectSelector()],
  ['PollSelector', hasPoll, () => new PollSelector()],
  ['EpollSelector', hasEpoll, () => new EpollSelector()],
  ['Poll', hasPoll, () => new Poll()],
  ['Epoll', hasEpoll, () => new Epoll()],
  ['Waker', true, () => new Waker(owned(new SelectSelector()).waker.share())],
  ['Socket', true, () => new Socket()],
  ['EventFd', isLinux, () => eventfd()],
  ['TimerFd', isLinux, () => timerfd({ delayMs: 0 })],
  ['PidFd', isLinux, () => pidfd(process.pid)],
  ['Signals', true, () => signals(['SIGUSR2'])],
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
