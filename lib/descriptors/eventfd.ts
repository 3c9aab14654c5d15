import { native } from '../core/binding.js';
import { checkBoolean, readOptions } from '../core/check.js';
import { DescriptorOwner } from '../core/descriptor-owner.js';
import { Descriptor } from '../core/descriptor.js';
import { invalidType, outOfRange } from '../core/errors.js';
import { check, orNull } from '../core/result.js';
import { supported } from '../core/supported.js';
import { readCounter } from './counter.js';

/** The kernel reserves the largest 64-bit number. */
const COUNTER_MAX = 2n ** 64n - 2n;

/** An eventfd(2): a counter, readable while it is not 0, writable while 1 can be added. Made by `eventfd()`. */
export class EventFd extends DescriptorOwner {
  /** @internal */
  constructor(fd: number) {
    super('the eventfd', Descriptor.made(fd));
  }

  /**
   * Reads the counter and resets it to 0.
   * @returns its value; null if that is 0 and the descriptor does not block
   * @throws Error ERR_CLOSED
   */
  read(): bigint | null {
    return readCounter(this.assertOpen());
  }

  /**
   * Adds to the counter.
   * @param n 0 to 2^64-2
   * @returns 8, the number of bytes written; null if the counter would overflow and the descriptor does not block
   * @throws Error ERR_CLOSED, TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
   */
  write(n: number | bigint): number | null {
    const fd = this.assertOpen();
    return orNull(native.write(fd, BigUint64Array.of(checkCounter(n, 'n'))), fd);
  }
}

/**
 * eventfd(2), Linux. CLOEXEC.
 * @param initial 0 to 2^64-2, default 0
 * @param options.blocking default false
 * @throws Error ERR_NOT_SUPPORTED elsewhere
 */
export function eventfd(initial: number | bigint = 0, options?: { blocking?: boolean }): EventFd {
  const value = checkCounter(initial, 'initial');
  const { blocking = false } = readOptions(options, ['blocking']);
  checkBoolean(blocking, 'options.blocking');
  const call = supported(native.eventfd, 'only Linux has eventfd: use a pipe, or socketPair on Windows');
  // The system call takes an initial value of 32 bits.
  const fits = value <= 0xffff_ffffn;
  const event = new EventFd(check(call(fits ? Number(value) : 0, blocking)));
  try {
    if (!fits) event.write(value);
  } catch (error) {
    event.close();
    throw error;
  }
  return event;
}

function checkCounter(value: unknown, name: string): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw invalidType(name, 'a number or a bigint', value);
  if (value < 0 || value > COUNTER_MAX || (typeof value === 'number' && !Number.isSafeInteger(value))) {
    throw outOfRange(name, 'a whole number from 0 to 2^64-2, as a bigint past 2^53', value);
  }
  return BigInt(value);
}
