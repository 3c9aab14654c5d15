import { native } from '../core/binding.js';
import { checkBoolean, readOptions } from '../core/check.js';
import { DescriptorOwner } from '../core/descriptor-owner.js';
import { Descriptor } from '../core/descriptor.js';
import { invalidType, outOfRange } from '../core/errors.js';
import { check } from '../core/result.js';
import { supported } from '../core/supported.js';
import { readCounter } from './counter.js';

/** A hundred million seconds in milliseconds: about three years. */
const LONGEST_MS = 1e11;

/** A timerfd(2): readable once it has expired. Made by `timerfd()`. */
export class TimerFd extends DescriptorOwner {
  /** @internal */
  constructor(fd: number) {
    super('the timerfd', Descriptor.made(fd));
  }

  /**
   * How many times the timer has expired since the last read.
   * @returns null if it has not, and the descriptor does not block
   * @throws Error ERR_CLOSED
   */
  read(): bigint | null {
    return readCounter(this.assertOpen());
  }

  /**
   * timerfd_settime(2): sets the timer again from now, and forgets expirations that were not read.
   * @param options.delayMs milliseconds until the first expiration, fractions allowed; 0 disarms
   * @param options.intervalMs milliseconds between later ones: default 0, none
   * @throws Error ERR_CLOSED, TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
   */
  set(options: { delayMs: number; intervalMs?: number }): void {
    this.assertOpen();
    const { delayMs, intervalMs = 0 } = readOptions(options, ['delayMs', 'intervalMs']);
    checkDuration(delayMs, 'options.delayMs');
    checkDuration(intervalMs, 'options.intervalMs');
    // The caller's getters have run.
    const fd = this.assertOpen();
    check(native.timerfdSettime?.(fd, delayMs ?? 0, intervalMs) ?? 0, fd);
  }
}

/**
 * timerfd_create(2) on the monotonic clock, set at once. Linux. CLOEXEC.
 * @param options.delayMs milliseconds until the first expiration, fractions allowed, up to 10^11; 0 leaves the
 *   timer disarmed
 * @param options.intervalMs milliseconds between later ones: default 0, none
 * @param options.blocking default false
 * @throws Error ERR_NOT_SUPPORTED elsewhere
 */
export function timerfd(options: { delayMs: number; intervalMs?: number; blocking?: boolean }): TimerFd {
  const { delayMs, intervalMs = 0, blocking = false } = readOptions(options, ['delayMs', 'intervalMs', 'blocking']);
  checkDuration(delayMs, 'options.delayMs');
  checkDuration(intervalMs, 'options.intervalMs');
  checkBoolean(blocking, 'options.blocking');
  const call = supported(native.timerfdCreate, 'only Linux has timerfd: use the timeout of the wait');
  const timer = new TimerFd(check(call(blocking)));
  try {
    timer.set({ delayMs: delayMs ?? 0, intervalMs });
  } catch (error) {
    timer.close();
    throw error;
  }
  return timer;
}

function checkDuration(value: unknown, name: string): void {
  if (typeof value !== 'number') throw invalidType(name, 'a number', value);
  if (!(value >= 0 && value <= LONGEST_MS)) throw outOfRange(name, `milliseconds from 0 to ${LONGEST_MS}`, value);
}
