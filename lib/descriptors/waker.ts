import { native } from '../core/binding.js';
import { checkFd } from '../core/check.js';
import { Descriptor } from '../core/descriptor.js';
import { DescriptorOwner } from '../core/descriptor-owner.js';
import { EAGAIN, EBADF, EINVAL, EPIPE } from '../core/errno.js';
import { systemError } from '../core/errors.js';
import { check } from '../core/result.js';
import { post } from './wake-channel.js';

const NOTHING = new Uint8Array(0);

/**
 * Wakes a selector from another thread: `selector.waker.share()` there, `new Waker(number)` here. It owns
 * one descriptor until `close()`: an eventfd(2), or a pipe's write end where there is none.
 */
export class Waker extends DescriptorOwner {
  /**
   * Takes ownership of a descriptor that `share()` gave.
   * @throws SystemError EBADF if fd is not open, EINVAL if it cannot have come from `share()`, as one that blocks;
   *   fd stays the caller's then
   * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
   */
  constructor(fd: number);
  /** @internal */
  constructor(descriptor: Descriptor);
  constructor(fd: number | Descriptor) {
    super('the waker', fd instanceof Descriptor ? fd : new Descriptor(checkWakeFd(fd)));
  }

  /**
   * Makes the selector's current wait, or else its next one, return at once. Several before that come to
   * one. Nothing happens if the selector is closed.
   * @throws Error ERR_CLOSED after `close()`
   */
  wake(): void {
    const fd = this.openFd();
    const result = post(fd);
    // A pipe that is full wakes as well, and one that nobody reads is that of a closed selector.
    if (result !== EAGAIN && result !== EPIPE) check(result, fd);
  }

  /**
   * A duplicate of the descriptor, to be sent to another thread, as by `postMessage`. Whoever makes a
   * `Waker` of it owns it; until then nobody does.
   * @throws Error ERR_CLOSED
   */
  share(): number {
    const fd = this.openFd();
    return check(native.dup(fd), fd);
  }
}

function checkWakeFd(value: unknown): number {
  const fd = checkFd(value);
  check(native.exists(fd), fd);
  if (!isWakeFd(fd)) throw systemError(EINVAL, 'write', fd, 'not a descriptor that a waker has shared');
  // wake() must not wait for whoever reads.
  if (check(native.getBlocking(fd), fd) === 1) {
    throw systemError(EINVAL, 'write', fd, 'the descriptor blocks, which none does that a waker has shared');
  }
  return fd;
}

/** Whether it is of the kind that `openWakeChannel` opens. To write to anything else would do harm. */
function isWakeFd(fd: number): boolean {
  // To import all of it takes longer than to load the rest of the package.
  const { fstatSync, readlinkSync } = process.getBuiltinModule('node:fs');
  // Nothing is written to a pipe, but not to its read end.
  if (native.eventfd === undefined) return fstatSync(fd).isFIFO() && native.write(fd, NOTHING) !== EBADF;
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:[eventfd]';
  } catch {
    // Nothing else tells an eventfd from others where /proc is not mounted.
    return true;
  }
}
