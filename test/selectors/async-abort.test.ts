import { getEventListeners } from 'node:events';
import { EpollSelector, EVENT_READ, type RegisterOptions } from 'io-selectors';
import { read, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { follow, idle, keysOf, turns } from '../support/async.js';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { backends, expectReady } from '../support/selectors.js';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe.each(backends)('an AbortSignal for %s', (_backend, Selector) => {
  test.each([[new Error('reason')], ['reason'], [null], [0]])(
    'that is aborted already rejects with its own reason, and nothing is consumed (%#)',
    async (reason) => {
      const { selector, key, writeFd } = idle(Selector);
      write(writeFd, 'x');
      selector.wakeup();
      const signal = AbortSignal.abort(reason);
      await expect(selector.selectAsync({ signal })).rejects.toBe(reason);
      expect(listeners(signal)).toBe(0);
      // The wake-up was not consumed either: it ends a wait for which nothing is ready.
      selector.unregister(key.fd);
      expect(await selector.selectAsync()).toEqual([]);
    },
  );

  test('rejects a wait with its own reason at once, and the next wait reports what is ready', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const controller = new AbortController();
    const promise = selector.selectAsync({ signal: controller.signal });
    const wait = follow(promise);
    await turns(5);
    write(writeFd, 'x');
    const reason = { any: 'thing' };
    controller.abort(reason);
    await Promise.resolve();
    expect(wait.settled).toBe(true);
    await expect(promise).rejects.toBe(reason);
    expect(keysOf(await selector.selectAsync())).toEqual([key]);
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('without a reason rejects with an AbortError', async () => {
    const { selector } = idle(Selector);
    const controller = new AbortController();
    const promise = selector.selectAsync({ signal: controller.signal });
    controller.abort();
    await expect(promise).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('of AbortSignal.timeout() rejects with a TimeoutError', async () => {
    const { selector } = idle(Selector);
    await expect(selector.selectAsync({ signal: AbortSignal.timeout(5) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  test('has no listener of the selector after a wait, however the wait ended', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const { signal } = new AbortController();
    const waiting = selector.selectAsync({ signal });
    expect(listeners(signal)).toBe(1);
    await expect(selector.selectAsync({ signal })).rejects.toMatchObject({ code: 'ERR_BUSY' });
    expect(listeners(signal)).toBe(1);
    selector.wakeup();
    await waiting;
    expect(listeners(signal)).toBe(0);
    await selector.selectAsync({ signal, timeoutMs: 1 });
    await selector.selectAsync({ signal, timeoutMs: 0 });
    await expect(selector.selectAsync({ signal, timeoutMs: NaN })).rejects.toThrow(RangeError);
    expect(listeners(signal)).toBe(0);
    write(writeFd, 'x');
    expect(keysOf(await selector.selectAsync({ signal }))).toEqual([key]);
    expect(listeners(signal)).toBe(0);
    read(key.fd, new Uint8Array(1));
    const closing = selector.selectAsync({ signal });
    selector.close();
    expect(await closing).toEqual([]);
    expect(listeners(signal)).toBe(0);
  });

  test('that is aborted after a wait has no effect on it or the next', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const controller = new AbortController();
    write(writeFd, 'x');
    expect(keysOf(await selector.selectAsync({ signal: controller.signal }))).toEqual([key]);
    read(key.fd, new Uint8Array(1));
    const next = selector.selectAsync();
    controller.abort();
    write(writeFd, 'x');
    expect(keysOf(await next)).toEqual([key]);
  });

  test('may have another listener that closes the selector or begins another wait', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const controller = new AbortController();
    let next: Promise<unknown> = Promise.resolve();
    const promise = selector.selectAsync({ signal: controller.signal });
    controller.signal.addEventListener('abort', () => {
      next = selector.selectAsync();
    });
    controller.abort();
    await expect(promise).rejects.toBe(controller.signal.reason);
    write(writeFd, 'x');
    expect(await next).toMatchObject([{ key: { fd: key.fd } }]);
    const other = new AbortController();
    other.signal.addEventListener('abort', () => selector.close());
    const last = selector.selectAsync({ signal: other.signal });
    other.abort();
    expect(await last).toEqual([]);
  });
});

/** What ends a wait at the moment of an event, by the number of the round. */
const RIVALS: [string, (round: number, controller: AbortController) => number | null][] = [
  [
    'abort in the same turn',
    (_round, controller) => {
      controller.abort();
      return null;
    },
  ],
  [
    'abort from an immediate',
    (_round, controller) => {
      setImmediate(() => controller.abort());
      return null;
    },
  ],
  [
    'abort some turns later',
    (round, controller) => {
      void turns(round % 4).then(() => controller.abort());
      return null;
    },
  ],
  ['timeout', (round) => [0, 0.01, 1][round % 3]],
];

const EDGE_OR_ONE_SHOT: [string, typeof EpollSelector, RegisterOptions][] = has.epoll
  ? [
      ['epoll, edge-triggered', EpollSelector, { trigger: 'edge' }],
      ['epoll, one-shot', EpollSelector, { oneShot: true }],
    ]
  : [];
const TRIGGERS: [string, (typeof backends)[number][1], RegisterOptions][] = [
  ...backends.map(([backend, Selector]): (typeof TRIGGERS)[number] => [`${backend}, level-triggered`, Selector, {}]),
  ...EDGE_OR_ONE_SHOT,
];

describe.each(TRIGGERS)('%s', (_name, Selector, options) => {
  test.each(RIVALS)('no event is lost to an %s', async (rival, start) => {
    const rounds = rival === 'timeout' ? 400 : 1000;
    const selector = owned(new Selector());
    const [readFd, writeFd] = pipe();
    const byte = new Uint8Array(2);
    selector.register(readFd, EVENT_READ, undefined, options);
    let lost = 0;
    for (let round = 0; round < rounds; round++) {
      const controller = new AbortController();
      if (round % 2 === 0) write(writeFd, 'x');
      const timeoutMs = start(round, controller);
      const wait = selector.selectAsync({ timeoutMs, signal: controller.signal }).catch(() => []);
      if (round % 2 === 1) write(writeFd, 'x');
      const delivered = (await wait).length > 0 || (await selector.selectAsync({ timeoutMs: 1000 })).length > 0;
      if (!delivered) lost++;
      read(readFd, byte);
      if (options.oneShot) selector.modify(readFd, EVENT_READ);
    }
    expect(lost).toBe(0);
  });
});
