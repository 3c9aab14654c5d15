import { EpollSelector, EPOLLIN, EPOLLOUT, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { close, dup2, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh, highPipe } from '../support/high-descriptors.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';
import { epollEntries } from '../support/witness.js';

describe.each(backends)('modify of %s', (backend, Selector) => {
  test('returns a new key, which getKey() returns, and leaves the old one unchanged', () => {
    const [a] = socketPair();
    const selector = open<string>(Selector);
    const old = selector.register(a, EVENT_READ, 'data');
    const key = selector.modify(a, EVENT_WRITE);
    expect(key).not.toBe(old);
    expect(selector.getKey(a)).toBe(key);
    expect(key).toMatchObject({ fileObject: a, fd: a.fd, events: EVENT_WRITE, data: 'data' });
    expect(old.events).toBe(EVENT_READ);
    expectReady(selector, [[key, EVENT_WRITE]]);
    selector.modify(a, EVENT_READ);
    expectIdle(selector);
  });

  test('keeps the registered object, whatever names the descriptor', () => {
    const [a] = socketPair();
    const selector = open(Selector);
    selector.register(a, EVENT_READ);
    expect(selector.modify(a.fd, EVENT_WRITE).fileObject).toBe(a);
    expect(selector.modify({ fileno: () => a.fd }, EVENT_READ).fileObject).toBe(a);
  });

  test('keeps the data if the argument is absent, and replaces it with undefined', () => {
    const [readFd] = pipe();
    const selector = open<string | undefined>(Selector);
    selector.register(readFd, EVENT_READ, 'data');
    expect(selector.modify(readFd, EVENT_READ).data).toBe('data');
    expect(selector.modify(readFd, EVENT_READ, 'new').data).toBe('new');
    expect(selector.modify(readFd, EVENT_READ, undefined).data).toBeUndefined();
  });

  test('refuses a descriptor that is not registered', () => {
    const [readFd] = pipe();
    const selector = open(Selector);
    expectError(() => selector.modify(readFd, EVENT_READ), 'ERR_NOT_REGISTERED');
    expect(selector.getMap().size).toBe(0);
  });

  test('with the same events and new data makes a new key of the same registration', () => {
    const [readFd, writeFd] = pipe();
    const selector = open<number>(Selector);
    const calls: string[] = [];
    const old = selector.register(readFd, EVENT_READ, 1);
    Object.assign(selector, { register: () => calls.push('register'), unregister: () => calls.push('unregister') });
    const key = selector.modify(readFd, EVENT_READ, 2);
    expect([old.data, key.data]).toEqual([1, 2]);
    expect(calls).toEqual([]);
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('fails only with epoll if the descriptor was closed, and keeps the key', () => {
    const [readFd] = highPipe();
    const selector = open<number>(Selector);
    const old = selector.register(readFd, EVENT_READ, 1);
    close(readFd);
    if (backend === 'epoll') {
      expectError(() => selector.modify(readFd, EVENT_WRITE, 2), 'EBADF', { syscall: 'epoll_ctl', fd: readFd });
      expect(selector.getKey(readFd)).toBe(old);
    } else {
      const key = selector.modify(readFd, EVENT_WRITE, 2);
      expect(selector.getKey(readFd)).toBe(key);
    }
    expect(selector.getMap().size).toBe(1);
    expect(selector.unregister(readFd).fd).toBe(readFd);
  });
});

describe.runIf(has.epoll)('modify of epoll', () => {
  const masks = (selector: EpollSelector) => epollEntries(selector.fd).map(({ events }) => events & 0xffff);

  test("changes the mask in the kernel's set", () => {
    const [a] = socketPair();
    const selector = owned(new EpollSelector());
    selector.register(a, EVENT_READ);
    // The kernel always adds HUP and ERR.
    expect(masks(selector)).toEqual([EPOLLIN | 0x18]);
    selector.modify(a, EVENT_READ | EVENT_WRITE);
    expect(masks(selector)).toEqual([EPOLLIN | EPOLLOUT | 0x18]);
    selector.unregister(a);
    expect(masks(selector)).toEqual([]);
  });

  test('makes no system call if the mask is the same', () => {
    const [a] = socketPair();
    const selector = new EpollSelector<number>();
    const { fd: epfd } = selector;
    selector.register(a, EVENT_READ, 1);
    const spare = dupHigh(epfd);
    // While the selector's number is a pipe, every epoll call on it fails.
    dup2(pipe()[0], epfd);
    expect(selector.modify(a, EVENT_READ, 2).data).toBe(2);
    expectError(() => selector.modify(a, EVENT_WRITE, 3), 'EINVAL', { syscall: 'epoll_ctl' });
    expect(selector.getKey(a)).toMatchObject({ events: EVENT_READ, data: 2 });
    dup2(spare, epfd);
    expect(masks(selector)).toEqual([EPOLLIN | 0x18]);
    expect(selector.modify(a, EVENT_WRITE, 3).data).toBe(3);
    expectReady(selector, [[selector.getKey(a), EVENT_WRITE]]);
    // The selector has lost the number, so it does not close it.
    expectError(() => selector.close(), 'EBADF', { syscall: 'close', fd: epfd });
    close(epfd);
  });

  test('leaves the key and the mask unchanged if the kernel refuses', () => {
    const [a, b] = socketPair();
    const selector = owned(new EpollSelector<string>());
    const old = selector.register(a, EVENT_READ, 'old', { exclusive: true });
    expectError(() => selector.modify(a, EVENT_WRITE, 'new', {}), 'EINVAL', { syscall: 'epoll_ctl', fd: a.fd });
    expect(selector.getKey(a)).toBe(old);
    b.send('x');
    expectReady(selector, [[old, EVENT_READ]]);
  });

  test('keeps the options if the argument is absent, and replaces them if not', () => {
    const [a] = socketPair();
    const selector = owned(new EpollSelector());
    const edge = () => epollEntries(selector.fd)[0].events >>> 31;
    selector.register(a, EVENT_READ, undefined, { trigger: 'edge' });
    expect(edge()).toBe(1);
    selector.modify(a, EVENT_READ | EVENT_WRITE);
    expect(edge()).toBe(1);
    selector.modify(a, EVENT_READ, undefined, {});
    expect(edge()).toBe(0);
  });
});
