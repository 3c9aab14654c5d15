import { checkMask } from '../core/check.js';
import { invalidType, outOfRange } from '../core/errors.js';
import * as constants from './constants.js';

/** Lowest bit first. Where a bit has two names, the usual one comes first. */
const NAMES = ['IN', 'PRI', 'OUT', 'ERR', 'HUP', 'NVAL', 'RDNORM', 'RDBAND', 'WRNORM', 'WRBAND', 'MSG', 'RDHUP'];
const EPOLL_NAMES = ['EXCLUSIVE', 'WAKEUP', 'ONESHOT', 'ET'];
const values: Readonly<Record<string, unknown>> = constants;

/** EVENT_* bits in words, as `'READ|WRITE'`. */
export function describeEvents(events: number): string {
  return ['READ', 'WRITE', 'PRIORITY'].filter((_, bit) => events & (1 << bit)).join('|');
}

/**
 * A mask in words: `describeMask(8193, 'epoll')` is `'EPOLLIN|EPOLLRDHUP'`. Bits without a name come last, as a
 * hexadecimal number; an empty mask is `'0'`.
 *
 * @param mask 0 to 2^32-1, or the negative number that JavaScript's `|` makes of it
 * @param family whose names to use
 * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
 */
export function describeMask(mask: number, family: 'poll' | 'epoll'): string {
  let rest = checkMask(mask, 'mask');
  if (typeof family !== 'string') throw invalidType('family', "'poll' or 'epoll'", family);
  if (family !== 'poll' && family !== 'epoll') throw outOfRange('family', "'poll' or 'epoll'", family);
  const names = family === 'poll' ? NAMES : [...NAMES, ...EPOLL_NAMES];
  const words: string[] = [];
  for (const name of names.map((suffix) => family.toUpperCase() + suffix)) {
    const value = values[name];
    if (typeof value !== 'number' || (rest & value) === 0) continue;
    words.push(name);
    rest = (rest & ~value) >>> 0;
  }
  if (rest !== 0 || words.length === 0) words.push(rest === 0 ? '0' : `0x${rest.toString(16)}`);
  return words.join('|');
}
