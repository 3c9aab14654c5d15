import { select } from 'io-selectors';
import { type EventFd, eventfd, getBlocking, setBlocking } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { inThread } from '../support/threads.js';
import { openDescriptors } from '../support/witness.js';

const TYPE = ['ERR_INVALID_ARG_TYPE', TypeError] as const;
const RANGE = ['ERR_OUT_OF_RANGE', RangeError] as const;
const MOST = 2n ** 64n - 2n;

function open(...args: Parameters<typeof eventfd>): EventFd {
  return owned(eventfd(...args));
}

describe.runIf(has.eventfd)('an eventfd', () => {
  test('is an eventfd according to the kernel', () => {
    const { fd } = open();
    expect(openDescriptors().get(fd)).toBe('anon_inode:[eventfd]');
  });

  test('starts at 0, which read() returns as null', () => {
    expect(open().read()).toBeNull();
  });

  test.each<[number | bigint, bigint]>([
    [1, 1n],
    [1n, 1n],
    [2 ** 32 - 1, 4294967295n],
    [2 ** 32, 4294967296n],
    [2 ** 53 - 1, 9007199254740991n],
    [2n ** 63n, 9223372036854775808n],
    [MOST, MOST],
  ])('starts at %s', (initial, expected) => {
    expect(open(initial).read()).toBe(expected);
  });

  test('is reset to 0 by read()', () => {
    const event = open(3);
    expect(event.read()).toBe(3n);
    expect(event.read()).toBeNull();
  });

  test('adds up the numbers that are written', () => {
    const event = open(1);
    expect(event.write(2)).toBe(8);
    expect(event.write(2n ** 40n)).toBe(8);
    expect(event.read()).toBe(2n ** 40n + 3n);
  });

  test('stays unreadable when 0 is written', () => {
    const event = open();
    expect(event.write(0)).toBe(8);
    expect(event.write(-0)).toBe(8);
    expect(event.read()).toBeNull();
  });

  test('accepts no more than the counter holds, and keeps its count', () => {
    const event = open(MOST - 1n);
    expect(event.write(2)).toBeNull();
    expect(event.write(1)).toBe(8);
    expect(event.write(1)).toBeNull();
    expect(event.write(MOST)).toBeNull();
    expect(event.read()).toBe(MOST);
    expect(event.write(MOST)).toBe(8);
  });

  test('is readable while it is not 0, and writable while 1 can be added', () => {
    const event = open();
    const ready = (): boolean[] => select([event], [event], [], 0).map((files) => files.length > 0);
    expect(ready()).toEqual([false, true, false]);
    event.write(1);
    expect(ready()).toEqual([true, true, false]);
    event.write(MOST - 1n);
    expect(ready()).toEqual([true, false, false]);
    event.read();
    expect(ready()).toEqual([false, true, false]);
  });

  test.each([[undefined, false], [{}, false], [{ blocking: false }, false], [{ blocking: true }, true]])(
    'blocks with options %o: %s',
    (options, blocking) => {
      expect(getBlocking(open(0, options).fd)).toBe(blocking);
    },
  );

  test('waits for a count in blocking mode', async () => {
    const event = open();
    setBlocking(event.fd, true);
    const thread = await inThread(event.fd, (io, fd) => {
      const bytes = new Uint8Array(8);
      return [io.fd.read(fd, bytes), bytes[0]];
    });
    await thread.blockedIn('read');
    event.write(7);
    expect(await thread.result).toEqual([8, 7]);
  });

  test('is closed once, and its methods throw ERR_CLOSED afterwards', () => {
    const event = open(1);
    event.close();
    event.close();
    event[Symbol.dispose]();
    expect(event.fd).toBe(-1);
    expectError(() => event.read(), 'ERR_CLOSED');
    expectError(() => event.write(1), 'ERR_CLOSED');
  });
});

const notCounts: [unknown, string, ErrorConstructor][] = [
  ...['1', true, null, {}, [1]].map((value): [unknown, string, ErrorConstructor] => [value, ...TYPE]),
  ...[-1, -1n, 1.5, NaN, Infinity, 2 ** 53, MOST + 1n, 2n ** 64n, 2n ** 70n].map(
    (value): [unknown, string, ErrorConstructor] => [value, ...RANGE],
  ),
];

describe.runIf(has.eventfd)('the count of an eventfd', () => {
  test.each(notCounts)('cannot start at %o: %s', (value, code, type) => {
    expectError(() => Reflect.apply(eventfd, undefined, [value]), code, { type });
  });

  test.each([...notCounts, [undefined, ...TYPE] as const])('cannot grow by %o: %s', (value, code, type) => {
    const event = open(5);
    expectError(() => Reflect.apply(event.write.bind(event), undefined, [value]), code, { type });
    expect(event.read()).toBe(5n);
  });
});

test.each([null, true, 1, 'x', [], { blocking: 1 }, { blocking: null }])('eventfd() refuses the options %o', (options) => {
  expectError(() => Reflect.apply(eventfd, undefined, [0, options]), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
});
