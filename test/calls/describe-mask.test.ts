import * as io from 'io-selectors';
import {
  describeMask,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLRDHUP,
  EPOLLWAKEUP,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLRDHUP,
} from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { expectError } from '../support/errors.js';

/** Called as from plain JavaScript. */
const call = describeMask as (...args: unknown[]) => unknown;

describe('describeMask', () => {
  test.runIf(has.linuxBuild).each([
    [EPOLLIN | EPOLLRDHUP, 'EPOLLIN|EPOLLRDHUP'],
    [8193, 'EPOLLIN|EPOLLRDHUP'],
    [EPOLLOUT | EPOLLERR | EPOLLHUP, 'EPOLLOUT|EPOLLERR|EPOLLHUP'],
    [EPOLLET, 'EPOLLET'],
    [(EPOLLIN | EPOLLET) >>> 0, 'EPOLLIN|EPOLLET'],
    [EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE, 'EPOLLEXCLUSIVE|EPOLLWAKEUP|EPOLLONESHOT'],
  ])('%d is %s', (mask, words) => {
    expect(describeMask(mask, 'epoll')).toBe(words);
  });

  test.runIf(has.pollConstants).each([
    [POLLIN | POLLOUT, 'POLLIN|POLLOUT'],
    [POLLHUP | POLLRDHUP, has.rdhup ? 'POLLHUP|POLLRDHUP' : 'POLLHUP'],
    [POLLNVAL, 'POLLNVAL'],
  ])('%d is %s', (mask, words) => {
    expect(describeMask(mask, 'poll')).toBe(words);
  });

  test.runIf(has.linuxBuild)('a negative mask, as | makes it, is the same mask', () => {
    expect(EPOLLIN | EPOLLET).toBeLessThan(0);
    expect(describeMask(EPOLLIN | EPOLLET, 'epoll')).toBe('EPOLLIN|EPOLLET');
  });

  // What the system lacks is 0.
  const single = (Object.entries(io) as [string, number][]).filter(
    ([name, value]) => /^E?POLL[A-Z]+$/.test(name) && value !== 0,
  );

  test.each(single)('%s alone has its own name', (name, value) => {
    expect(describeMask(value, name.startsWith('E') ? 'epoll' : 'poll')).toBe(name);
  });

  test.each(['poll', 'epoll'] as const)('each of the 32 bits of %s has a name or is part of the number at the end', (family) => {
    const words = describeMask(2 ** 32 - 1, family).split('|');
    const rest = words.pop();
    const own = single.filter(([name]) => name.startsWith('E') === (family === 'epoll'));
    expect(words).toHaveLength(own.length);
    expect(new Set(words)).toEqual(new Set(own.map(([name]) => name)));
    expect(Number(rest)).toBe(2 ** 32 - 1 - own.reduce((sum, [, value]) => sum + value, 0));
  });

  test('an empty mask is 0', () => {
    expect(describeMask(0, 'poll')).toBe('0');
    expect(describeMask(0, 'epoll')).toBe('0');
  });

  test.runIf(has.pollConstants)('bits without a name come last, as a number', () => {
    expect(describeMask(POLLIN | 0x100000, 'poll')).toBe('POLLIN|0x100000');
    expect(describeMask(0x80000000, 'poll')).toBe('0x80000000');
    expect(describeMask(POLLNVAL, 'epoll')).toBe('0x20');
  });

  test.each(['1', true, 1n, null, undefined, {}])('%o is no mask', (mask) => {
    expectError(() => call(mask, 'poll'), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test.each([0.5, NaN, Infinity, 2 ** 32, -(2 ** 31) - 1])('%d is out of range for a mask', (mask) => {
    expectError(() => describeMask(mask, 'poll'), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test.each([undefined, null, 1, true, {}])('%o is of the wrong type for a family', (family) => {
    expectError(() => call(1, family), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test.each(['', 'select', 'EPOLL'])('%o is no family', (family) => {
    expectError(() => call(1, family), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });
});
