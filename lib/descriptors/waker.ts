import { native } from '../core/binding.js';
import { checkFd } from '../core/check.js';
import { DescriptorOwner } from '../core/descriptor-owner.js';
import { Descriptor } from '../core/descriptor.js';
import { EAGAIN, EBADF, EINVAL } from '../core/errno.js';
import { systemError } from '../core/errors.js';
import { fileSystem } from '../core/file-system.js';
import { check } from '../core/result.js';
import { createNativeAddress } from '../sockets/address.js';
import { SO_TYPE, SOCK_DGRAM, SOL_SOCKET } from '../sockets/constants.js';
import { isAbandoned, post } from './wake-channel.js';

const NOTHING = new Uint8Array(0);

/**
 * Wakes a selector from another thread: `selector.waker.share()` in the selector's, `new Waker(number)` in the
 * other. Owns one descriptor until `close()`: an eventfd(2), or the write end of a pipe where there is none; a
 * socket on Windows.
 */
export class Waker extends DescriptorOwner {
  /**
   * Takes ownership of a descriptor from `share()`.
   * @throws SystemError EBADF if fd is not open, EINVAL if it cannot be from `share()`, as it is of another kind or
   *   blocks; fd stays the caller's then
   * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
   */
  constructor(fd: number);
  /** @internal */
  constructor(descriptor: Descriptor);
  constructor(fd: number | Descriptor) {
    super('the waker', fd instanceof Descriptor ? fd : new Descriptor(checkWakeFd(fd)));
  }

  /**
   * Makes the selector's current wait, or else its next one, return at once. Several calls before that count as
   * one. Does nothing if the selector is closed.
   * @throws Error ERR_CLOSED after `close()`
   */
  wake(): void {
    const fd = this.assertOpen();
    const result = post(fd);
    // A full pipe wakes as well. One that nobody reads belonged to a selector that is closed.
    if (result !== EAGAIN && !isAbandoned(result)) check(result, fd);
  }

  /**
   * A duplicate of the descriptor, to send to another thread, for example by `postMessage`. The `Waker` made from
   * it owns it; until then nobody does.
   * @throws Error ERR_CLOSED; SystemError EMFILE
   */
  share(): number {
    const fd = this.assertOpen();
    return check(native.dup(fd), fd);
  }
}

function checkWakeFd(value: unknown): number {
  const fd = checkFd(value);
  check(native.isOpen(fd), fd);
  if (!isWakeFd(fd)) throw systemError(EINVAL, 'write', fd, 'not a descriptor that a waker has shared');
  // wake() must never block.
  if (native.getBlocking === undefined) check(native.setBlocking(fd, false), fd);
  else if (check(native.getBlocking(fd), fd) === 1) {
    throw systemError(EINVAL, 'write', fd, 'the descriptor blocks, which none does that a waker has shared');
  }
  return fd;
}

/** Whether fd is of the kind that `openWakeChannel` opens. Writing to any other file would do harm. */
function isWakeFd(fd: number): boolean {
  if (native.onlySockets) return isLoopback(fd);
  const { fstatSync, readlinkSync } = fileSystem();
  // An empty write fails on the read end of a pipe only.
  if (native.eventfd === undefined) return fstatSync(fd).isFIFO() && native.write(fd, NOTHING) !== EBADF;
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:[eventfd]';
  } catch {
    // Without /proc nothing tells an eventfd from other files.
    return true;
  }
}

/** Whether fd is a UDP socket that is connected within this machine. */
function isLoopback(fd: number): boolean {
  const address = createNativeAddress();
  const type = new Int32Array(1);
  if (native.getsockopt(fd, SOL_SOCKET, SO_TYPE, new Uint8Array(type.buffer)) < 0 || type[0] !== SOCK_DGRAM) return false;
  const hasLocal = () => native.decodeAddress(address)[1] === '127.0.0.1';
  return native.getsockname(fd, address) === 0 && hasLocal() && native.getpeername(fd, address) === 0 && hasLocal();
}
