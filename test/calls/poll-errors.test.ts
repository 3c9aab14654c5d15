import { writeSync } from 'node:fs';
import { Poll, POLLIN, POLLOUT } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { pipe, readySocket } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { openPoll } from './poll.js';

type Method = 'register' | 'modify' | 'unregister' | 'wait';

/** Called as from plain JavaScript. */
function call(poll: Poll, method: Method, ...args: unknown[]): unknown {
  return Reflect.apply(poll[method], poll, args);
}

describe.runIf(has.poll)('Poll', () => {
  describe.each<Method>(['register', 'modify', 'unregister'])('%s', (method) => {
    test.each<[form: string, file: (poll: Poll) => unknown]>([
      ['the Poll itself', (poll) => poll],
      ['an object with a string from fileno()', () => ({ fileno: () => '3' })],
      ["'3'", () => '3'],
      ['true', () => true],
      ['3n', () => 3n],
      ['null', () => null],
      ['undefined', () => undefined],
      ['an object without a descriptor', () => ({})],
      ['an object with a string as fd', () => ({ fd: '3' })],
    ])('%s is of the wrong type', (_form, file) => {
      const poll = openPoll();
      expectError(() => call(poll, method, file(poll), POLLIN), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
      expect(poll.size).toBe(0);
    });

    test.each([-1, 0.5, NaN, Infinity, 2 ** 31, { fd: -1 }])('%o is out of range', (file) => {
      const poll = openPoll();
      expectError(() => call(poll, method, file, POLLIN), 'ERR_OUT_OF_RANGE', { type: RangeError });
      expect(poll.size).toBe(0);
    });
  });

  describe.each<Method>(['register', 'modify'])('%s', (method) => {
    test.each([undefined, null, '1', true, 1n, {}])('events %o are of the wrong type and change nothing', (events) => {
      const socket = readySocket();
      const poll = openPoll([socket, POLLIN]);
      expectError(() => call(poll, method, socket, events), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
      expect(poll.wait(0)).toEqual([{ fd: socket.fd, revents: POLLIN }]);
    });

    test.each([-1, 0.5, NaN, Infinity, 0x10000, 2 ** 32])('events %d are out of range and change nothing', (events) => {
      const socket = readySocket();
      const poll = openPoll([socket, POLLIN]);
      expectError(() => call(poll, method, socket, events), 'ERR_OUT_OF_RANGE', { type: RangeError });
      expect(poll.wait(0)).toEqual([{ fd: socket.fd, revents: POLLIN }]);
    });
  });

  test('all sixteen bits of events are accepted', () => {
    const [, w] = pipe();
    const [entry] = openPoll([w, 0xffff]).wait(0);
    expect(entry.revents & POLLOUT).toBe(POLLOUT);
  });

  test.each(['10', {}, [], true, 10n])('a timeout %o is of the wrong type', (timeout) => {
    expectError(() => call(openPoll(), 'wait', timeout), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test('a timeout of NaN is out of range', () => {
    expectError(() => openPoll().wait(NaN), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test('a descriptor that is registered already is refused, and the first registration stays', () => {
    const socket = readySocket();
    const poll = openPoll([socket, POLLIN]);
    expectError(() => poll.register(socket, POLLOUT), 'ERR_ALREADY_REGISTERED');
    expectError(() => poll.register(socket.fd, POLLOUT), 'ERR_ALREADY_REGISTERED');
    expectError(() => poll.register({ fileno: () => socket.fd }, POLLOUT), 'ERR_ALREADY_REGISTERED');
    expect(poll.size).toBe(1);
    expect(poll.wait(0)).toEqual([{ fd: socket.fd, revents: POLLIN }]);
  });

  test('a descriptor that is not registered is refused', () => {
    const [r, w] = pipe();
    writeSync(w, 'x');
    const poll = openPoll([r, POLLIN]);
    expectError(() => poll.modify(w, POLLOUT), 'ERR_NOT_REGISTERED');
    expectError(() => poll.unregister(w), 'ERR_NOT_REGISTERED');
    expect(poll.wait(0)).toEqual([{ fd: r, revents: POLLIN }]);
    poll.unregister(r);
    expectError(() => poll.modify(r, POLLIN), 'ERR_NOT_REGISTERED');
    expectError(() => poll.unregister(r), 'ERR_NOT_REGISTERED');
  });

  test('a wrong argument is reported before a registration that exists or is missing', () => {
    const socket = readySocket();
    const poll = openPoll([socket, POLLIN]);
    expectError(() => call(poll, 'register', socket, '1'), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    expectError(() => poll.register(socket, -1), 'ERR_OUT_OF_RANGE', { type: RangeError });
    const [r] = pipe();
    expectError(() => call(poll, 'modify', r, '1'), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    expectError(() => poll.modify(r, -1), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test.each<[name: string, use: (poll: Poll) => unknown]>([
    ['register', (poll) => poll.register(0, POLLIN)],
    ['register of what is no descriptor', (poll) => call(poll, 'register', '0', POLLIN)],
    ['modify', (poll) => poll.modify(0, POLLIN)],
    ['unregister', (poll) => poll.unregister(0)],
    ['wait', (poll) => poll.wait(0)],
    ['wait without end', (poll) => poll.wait()],
    ['size', (poll) => poll.size],
  ])('%s throws ERR_CLOSED after close()', (_name, use) => {
    const poll = openPoll([0, POLLIN]);
    poll.close();
    expectError(() => use(poll), 'ERR_CLOSED');
  });

  test('close() can be called twice, and Symbol.dispose closes', () => {
    const poll = openPoll();
    poll[Symbol.dispose]();
    poll[Symbol.dispose]();
    poll.close();
    expectError(() => poll.size, 'ERR_CLOSED');
  });

  test('a wait with more descriptors than the process may have fails with EINVAL', async () => {
    const error = await inChild(null, ({ fd, Poll }) => {
      const poll = new Poll();
      for (let number = 0; number < 65; number++) poll.register(number, 0);
      fd.setDescriptorLimit(64);
      try {
        poll.wait(0);
      } catch (error) {
        return { ...(error as object) };
      }
      return undefined;
    });
    expect(error).toEqual({ code: 'EINVAL', errno: -22, syscall: 'poll' });
  });
});

// Only builds without poll.
test.runIf(!has.poll)('without poll, a Poll cannot be made', () => {
  expectError(() => new Poll(), 'ERR_NOT_SUPPORTED');
});
