import {
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLRDHUP,
  EPOLLWAKEUP,
  EpollSelector,
  EVENT_PRIORITY,
  EVENT_READ,
  EVENT_WRITE,
  type RegisterOptions,
} from 'io-selectors';
import { close, read, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, owned, pipe, socketPair, tcpPair } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { highPipe } from '../support/high-descriptors.js';
import { expectIdle, expectReady } from '../support/selectors.js';
import { epollEntries } from '../support/witness.js';

const mask = (selector: EpollSelector) => epollEntries(selector.fd)[0].events;

describe.runIf(has.epoll)('epoll', () => {
  test('its descriptor is an epoll, and -1 after close()', () => {
    const selector = owned(new EpollSelector());
    const key = selector.register(pipe()[1], EVENT_WRITE);
    expect(epollEntries(selector.fd).map(({ fd }) => fd)).toEqual([key.fd]);
    selector.close();
    expect(selector.fd).toBe(-1);
  });

  describe("trigger: 'edge'", () => {
    test('reports data once, and again when more arrives', () => {
      const [readFd, writeFd] = pipe();
      const selector = owned(new EpollSelector());
      const key = selector.register(readFd, EVENT_READ, undefined, { trigger: 'edge' });
      expect(mask(selector) & EPOLLET).not.toBe(0);
      write(writeFd, 'ab');
      expectReady(selector, [[key, EVENT_READ]]);
      expectIdle(selector);
      read(readFd, Buffer.alloc(1));
      expectIdle(selector);
      write(writeFd, 'c');
      expectReady(selector, [[key, EVENT_READ]]);
      expectIdle(selector);
    });

    test('combines events between two waits', () => {
      const [readFd, writeFd] = pipe();
      const selector = owned(new EpollSelector());
      const key = selector.register(readFd, EVENT_READ, undefined, { trigger: 'edge' });
      write(writeFd, 'a');
      write(writeFd, 'b');
      expectReady(selector, [[key, EVENT_READ]]);
      expectIdle(selector);
    });

    test('reports what is pending once more after modify(), unless the mask is the same', () => {
      const [a, b] = socketPair();
      const selector = owned(new EpollSelector());
      selector.register(a, EVENT_READ, undefined, { trigger: 'edge' });
      b.send('a');
      expect(selector.select(5000)).toHaveLength(1);
      selector.modify(a, EVENT_READ);
      expectIdle(selector);
      const key = selector.modify(a, EVENT_READ | EVENT_WRITE);
      expectReady(selector, [[key, EVENT_READ | EVENT_WRITE]]);
      expectIdle(selector);
    });
  });

  describe('oneShot', () => {
    test('reports one event, and no more until modify()', () => {
      const [readFd, writeFd] = pipe();
      const selector = owned(new EpollSelector());
      const key = selector.register(readFd, EVENT_READ, undefined, { oneShot: true });
      write(writeFd, 'a');
      expectReady(selector, [[key, EVENT_READ]]);
      expectIdle(selector);
      drain(readFd);
      write(writeFd, 'b');
      expectIdle(selector);
      for (let i = 0; i < 3; i++) {
        const rearmed = selector.modify(readFd, EVENT_READ);
        expectReady(selector, [[rearmed, EVENT_READ]]);
        expectIdle(selector);
      }
    });

    test('does not report a hang-up either', () => {
      const [readFd, writeFd] = highPipe();
      const selector = owned(new EpollSelector());
      selector.register(readFd, EVENT_READ, undefined, { oneShot: true });
      write(writeFd, 'a');
      expect(selector.select(5000)).toHaveLength(1);
      close(writeFd);
      expectIdle(selector);
      selector.modify(readFd, EVENT_READ);
      expect(selector.select(5000)[0].revents).toBe(EPOLLIN | EPOLLHUP);
    });

    test('can be unregistered and registered again once it has fired', () => {
      const [readFd, writeFd] = pipe();
      const selector = owned(new EpollSelector());
      selector.register(readFd, EVENT_READ, undefined, { oneShot: true });
      write(writeFd, 'a');
      expect(selector.select(5000)).toHaveLength(1);
      expectError(() => selector.register(readFd, EVENT_READ), 'ERR_ALREADY_REGISTERED');
      selector.unregister(readFd);
      const key = selector.register(readFd, EVENT_READ, undefined, { oneShot: true });
      expectReady(selector, [[key, EVENT_READ]]);
    });

    test('with the edge trigger reports what is pending once for each modify()', () => {
      const [readFd, writeFd] = pipe();
      const selector = owned(new EpollSelector());
      const key = selector.register(readFd, EVENT_READ, undefined, { oneShot: true, trigger: 'edge' });
      write(writeFd, 'a');
      expectReady(selector, [[key, EVENT_READ]]);
      write(writeFd, 'b');
      expectIdle(selector);
      expectReady(selector, [[selector.modify(readFd, EVENT_READ), EVENT_READ]]);
      expectIdle(selector);
    });
  });

  describe('exclusive', () => {
    test('is passed on to the kernel, and events are reported', () => {
      const [readFd, writeFd] = pipe();
      const selector = owned(new EpollSelector());
      const key = selector.register(readFd, EVENT_READ, undefined, { exclusive: true });
      expect(mask(selector) & EPOLLEXCLUSIVE).not.toBe(0);
      write(writeFd, 'a');
      expectReady(selector, [[key, EVENT_READ]]);
    });

    test('with oneShot is refused by the kernel, and nothing is registered', () => {
      const [readFd] = pipe();
      const selector = owned(new EpollSelector());
      const options = { exclusive: true, oneShot: true };
      const error = { syscall: 'epoll_ctl', fd: readFd };
      expectError(() => selector.register(readFd, EVENT_READ, undefined, options), 'EINVAL', error);
      expect(selector.getMap().size).toBe(0);
      expect(epollEntries(selector.fd)).toEqual([]);
    });

    test('cannot be modified: the kernel refuses it, and the key is unchanged', () => {
      const [a] = socketPair();
      const selector = owned(new EpollSelector());
      const key = selector.register(a, EVENT_READ, undefined, { exclusive: true });
      expectError(() => selector.modify(a, EVENT_READ | EVENT_WRITE), 'EINVAL', { syscall: 'epoll_ctl', fd: a.fd });
      expect(selector.getKey(a)).toBe(key);
      expect((mask(selector) & EPOLLEXCLUSIVE) !== 0).toBe(true);
    });
  });

  describe('what the kernel does not allow together with exclusive', () => {
    test.each<[string, number, RegisterOptions]>([
      ['EVENT_PRIORITY', EVENT_READ | EVENT_PRIORITY, { exclusive: true }],
      ['oneShot', EVENT_READ, { exclusive: true, oneShot: true }],
      ['EPOLLRDHUP', EVENT_READ, { exclusive: true, flags: EPOLLRDHUP }],
      ['EPOLLONESHOT among the flags', EVENT_READ, { flags: EPOLLEXCLUSIVE | EPOLLONESHOT }],
    ])('is named by the error of register: %s', (_, events, options) => {
      const [readFd] = pipe();
      const selector = owned(new EpollSelector());
      const error = thrownBy(() => selector.register(readFd, events, undefined, options));
      expect(error).toMatchObject({ code: 'EINVAL', errno: -22, syscall: 'epoll_ctl', fd: readFd });
      expect(String(error)).toContain('EVENT_READ, EVENT_WRITE, trigger');
      expect(epollEntries(selector.fd)).toEqual([]);
    });

    test('is named by the error of register for an epoll', () => {
      const selector = owned(new EpollSelector());
      const error = thrownBy(() => selector.register(owned(new EpollSelector()), EVENT_READ, undefined, { exclusive: true }));
      expect(error).toMatchObject({ code: 'EINVAL', syscall: 'epoll_ctl' });
      expect(String(error)).toContain('no epoll descriptor');
    });

    test('is named by the error of modify, from or to an exclusive registration', () => {
      const [a, b] = socketPair();
      const selector = owned(new EpollSelector());
      selector.register(a, EVENT_READ, undefined, { exclusive: true });
      selector.register(b, EVENT_READ);
      for (const call of [
        () => selector.modify(a, EVENT_WRITE),
        () => selector.modify(a, EVENT_READ, undefined, {}),
        () => selector.modify(b, EVENT_READ, undefined, { exclusive: true }),
      ]) {
        const error = thrownBy(call);
        expect(error).toMatchObject({ code: 'EINVAL', syscall: 'epoll_ctl' });
        expect(String(error)).toContain('unregister it and register it again');
      }
    });

    test('does not matter to modify with new data only', () => {
      for (const trigger of ['level', 'edge'] as const) {
        const [a, b] = socketPair();
        const selector = owned(new EpollSelector());
        selector.register(a, EVENT_READ, 'old', { exclusive: true, trigger });
        const key = selector.modify(a, EVENT_READ, 'new');
        expect(key.data).toBe('new');
        b.send('x');
        expectReady(selector, [[key, EVENT_READ]]);
      }
    });
  });

  describe('flags', () => {
    test('EPOLLRDHUP is reported when the peer has shut down its writing', () => {
      const [client, server] = tcpPair();
      const selector = owned(new EpollSelector());
      selector.register(client, EVENT_READ, undefined, { flags: EPOLLRDHUP });
      expect(mask(selector) & EPOLLRDHUP).toBe(EPOLLRDHUP);
      server.shutdown('write');
      const [event] = selector.select(5000);
      expect(event).toMatchObject({ events: EVENT_READ, revents: EPOLLIN | EPOLLRDHUP });
    });

    test('EPOLLRDHUP is not reported unless asked for', () => {
      const [client, server] = tcpPair();
      const selector = owned(new EpollSelector());
      selector.register(client, EVENT_READ);
      server.shutdown('write');
      expect(selector.select(5000)[0].revents).toBe(EPOLLIN);
    });

    test('EPOLLWAKEUP is accepted, and no flag of the registration is reported', () => {
      const [readFd, writeFd] = pipe();
      const selector = owned(new EpollSelector());
      selector.register(readFd, EVENT_READ, undefined, { flags: EPOLLWAKEUP, trigger: 'edge', oneShot: true });
      write(writeFd, 'x');
      expect(selector.select(5000)[0].revents).toBe(EPOLLIN);
    });

    test('that are negative, as the bit operators make them, are accepted', () => {
      const [readFd, writeFd] = pipe();
      const selector = owned(new EpollSelector());
      expect(EPOLLRDHUP | EPOLLET).toBeLessThan(0);
      selector.register(readFd, EVENT_READ, undefined, { flags: EPOLLRDHUP | EPOLLET | EPOLLONESHOT });
      expect(mask(selector) & (EPOLLRDHUP | EPOLLET | EPOLLONESHOT)).toBe(EPOLLRDHUP | EPOLLET | EPOLLONESHOT);
      write(writeFd, 'x');
      expect(selector.select(5000)).toHaveLength(1);
      expectIdle(selector);
    });
  });
});
