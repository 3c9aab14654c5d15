import { once } from 'node:events';
import { constants, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { EVENT_READ } from 'io-selectors';
import { close, dup2, write } from 'io-selectors/fd';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { ownedFd, pipe, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh, highPipe } from '../support/high-descriptors.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';

const SYSCALLS = { select: 'select', poll: 'poll', epoll: 'epoll_ctl' };

describe.each(backends)('%s', (backend, Selector) => {
  test('registering a closed number is refused', () => {
    const [readFd] = highPipe();
    close(readFd);
    const selector = open(Selector);
    expectError(() => selector.register(readFd, EVENT_READ), 'EBADF', { syscall: SYSCALLS[backend], fd: readFd });
    expectError(() => selector.register({ fd: readFd }, EVENT_READ), 'EBADF', { fd: readFd });
    expect(selector.getMap().size).toBe(0);
    expectIdle(selector);
  });

  // Linux's O_PATH, which is missing from Node's constants.
  test.runIf(has.pathFlag)('registering a descriptor opened with O_PATH is refused', () => {
    const O_PATH = 0o10000000;
    const fd = ownedFd(openSync('/', O_PATH | constants.O_RDONLY));
    const selector = open(Selector);
    expectError(() => selector.register(fd, EVENT_READ), 'EBADF', { syscall: SYSCALLS[backend], fd });
    expect(selector.getMap().size).toBe(0);
  });

  test('a wait names the descriptor that was closed, or does not notice with epoll', () => {
    const [readFd, writeFd] = highPipe();
    const selector = open(Selector);
    const [otherFd, otherEnd] = pipe();
    const other = selector.register(otherFd, EVENT_READ);
    const key = selector.register(readFd, EVENT_READ);
    write(otherEnd, 'x');
    write(writeFd, 'x');
    close(readFd);
    if (backend === 'epoll') {
      expectReady(selector, [[other, EVENT_READ]]);
    } else {
      const error = { syscall: SYSCALLS[backend], fd: readFd };
      for (const timeout of [0, 5000, null]) expectError(() => selector.select(timeout), 'EBADF', error);
      expectError(() => selector.selectEach(() => expect.unreachable(), null), 'EBADF', error);
    }
    expect(selector.getKey(readFd)).toBe(key);
    expect(selector.unregister(readFd)).toBe(key);
    expectReady(selector, [[other, EVENT_READ]]);
  });

  test('a closed number can be unregistered', () => {
    const fds = highPipe();
    const selector = open(Selector);
    const keys = fds.map((fd) => selector.register(fd, EVENT_READ));
    fds.forEach(close);
    fds.forEach((fd, i) => expect(selector.unregister(fd)).toBe(keys[i]));
    expectIdle(selector);
  });

  test.runIf(has.dup2).each<[string, () => number]>([
    ['another pipe', () => pipe()[0]],
    ['/dev/null', () => ownedFd(openSync('/dev/null', 'r'))],
  ])('a closed number that is now the number of %s can be unregistered', (_what, makeStranger) => {
    const fds = highPipe();
    const selector = open(Selector);
    const keys = fds.map((fd) => selector.register(fd, EVENT_READ));
    const stranger = makeStranger();
    for (const fd of fds) dup2(stranger, fd);
    fds.forEach((fd, i) => expect(selector.unregister(fd)).toBe(keys[i]));
    expectIdle(selector);
  });

  test.runIf(has.dup2)('epoll ignores a number that another file has by now; select and poll report it under the old key', () => {
    const [readFd] = highPipe();
    const selector = open(Selector);
    const key = selector.register(readFd, EVENT_READ);
    const [strangerFd, strangerEnd] = pipe();
    dup2(strangerFd, readFd);
    write(strangerEnd, 'x');
    if (backend === 'epoll') expectIdle(selector);
    else expectReady(selector, [[key, EVENT_READ]]);
  });

  test.runIf(has.dup2)('a reused number is watched once it is unregistered and registered again', () => {
    const [readFd] = highPipe();
    const selector = open<string>(Selector);
    selector.register(readFd, EVENT_READ, 'old');
    const [strangerFd, strangerEnd] = pipe();
    dup2(strangerFd, readFd);
    selector.unregister(readFd);
    const key = selector.register(readFd, EVENT_READ, 'new');
    write(strangerEnd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test.runIf(has.dup2)('a reused number is refused until the old registration is gone', () => {
    const [readFd] = highPipe();
    const selector = open(Selector);
    const old = selector.register({ fd: readFd }, EVENT_READ);
    dup2(pipe()[0], readFd);
    const stranger = { fd: readFd };
    expectError(() => selector.register(stranger, EVENT_READ), 'ERR_ALREADY_REGISTERED');
    expect(selector.getKey(readFd)).toBe(old);
    selector.unregister(readFd);
    expect(selector.register(stranger, EVENT_READ).fileObject).toBe(stranger);
  });

  test('a closed object can be unregistered', () => {
    const [a, b] = socketPair();
    const selector = open(Selector);
    const keys = [a, b].map((socket) => selector.register(socket, EVENT_READ));
    a.close();
    b.close();
    expect(a.fd).toBe(-1);
    expect(selector.getKey(a)).toBe(keys[0]);
    expect(selector.unregister(a)).toBe(keys[0]);
    expect(selector.unregister(b)).toBe(keys[1]);
    expectError(() => selector.unregister(a), 'ERR_OUT_OF_RANGE');
    expectIdle(selector);
  });

  test.runIf(has.dup2)('a closed object is not confused with another that has its number by now', () => {
    const number = dupHigh(pipe()[0]);
    const object = { fd: number };
    const selector = open(Selector);
    const old = selector.register(object, EVENT_READ);
    object.fd = -1;
    dup2(pipe()[0], number);
    expect(selector.unregister(object)).toBe(old);
    expectError(() => selector.unregister({ fd: number }), 'ERR_NOT_REGISTERED');
  });

  test('an object whose descriptor has moved is found by identity, not by its new number', () => {
    const [[first], [second]] = [pipe(), pipe()];
    const selector = open(Selector);
    const object = { fd: first };
    const key = selector.register(object, EVENT_READ);
    const other = selector.register({ fd: second }, EVENT_READ);
    object.fd = second;
    expect(selector.unregister(object)).toBe(key);
    expect([...selector.getMap().values()]).toEqual([other]);
  });

  test('an object whose fileno() has begun to throw can be unregistered', () => {
    const [readFd] = highPipe();
    let closed = false;
    const object = {
      fileno() {
        if (closed) throw new Error('closed');
        return readFd;
      },
    };
    const selector = open(Selector);
    const key = selector.register(object, EVENT_READ);
    closed = true;
    expect(selector.unregister(object)).toBe(key);
    expect(() => selector.unregister(object)).toThrow('closed');
  });

  test.runIf(has.fileDescriptors)("Node's own objects can be unregistered after they were closed", async () => {
    const selector = open(Selector);
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const key = selector.register(server, EVENT_READ);
    server.close();
    await once(server, 'close');
    expect(selector.unregister(server)).toBe(key);
    expectError(() => selector.unregister(server), 'ERR_INVALID_ARG_TYPE');
  });

  test('a duplicate is a registration of its own', () => {
    const [readFd, writeFd] = pipe();
    const duplicate = dupHigh(readFd);
    const selector = open(Selector);
    const keys = [readFd, duplicate].map((fd) => selector.register(fd, EVENT_READ));
    write(writeFd, 'x');
    expectReady(selector, keys.map((key) => [key, EVENT_READ]));
    selector.unregister(duplicate);
    expectReady(selector, [[keys[0], EVENT_READ]]);
  });
});
