import { constants } from 'node:os';
import { EVENT_READ } from '../calls/constants.js';
import { SelectSet } from '../calls/select-set.js';
import { native } from '../core/binding.js';
import { checkInteger, INT_MAX } from '../core/check.js';
import { DescriptorOwner } from '../core/descriptor-owner.js';
import { Descriptor } from '../core/descriptor.js';
import { ECHILD, ENOSYS } from '../core/errno.js';
import { notSupported } from '../core/errors.js';
import type { SignalName } from '../core/node-types.js';
import { check } from '../core/result.js';

const KILLED = 1;

/**
 * How a process ended. Both are null if the kernel does not tell: it is no child of ours, or was reaped already.
 */
export interface ExitStatus {
  readonly exitCode: number | null;
  readonly signal: SignalName | null;
}

/** A pidfd: readable once its process has ended. Made by `pidfd()`. */
export class PidFd extends DescriptorOwner {
  /** @internal */
  constructor(fd: number) {
    super('the pidfd', Descriptor.made(fd));
  }

  /**
   * How the process ended. A pidfd cannot be read: this calls waitid(2), and leaves a child to be reaped by whoever
   * started it.
   * @returns null while the process runs
   * @throws Error ERR_CLOSED
   */
  read(): ExitStatus | null {
    const fd = this.assertOpen();
    const status = new Int32Array(2);
    const result = native.pidfdStatus?.(fd, status) ?? ECHILD;
    if (result === ECHILD) return this.#hasEnded(fd) ? { exitCode: null, signal: null } : null;
    if (check(result, fd) === 0) return null;
    if (status[0] !== KILLED) return { exitCode: status[1], signal: null };
    return { exitCode: null, signal: signalName(status[1]) };
  }

  #hasEnded(fd: number): boolean {
    const set = new SelectSet();
    set.set(fd, EVENT_READ);
    return check(set.wait(0), fd) > 0;
  }
}

/**
 * pidfd_open(2), Linux 5.3. CLOEXEC.
 * @param pid 1 to 2^31-1
 * @throws SystemError ESRCH if there is no such process
 * @throws Error ERR_NOT_SUPPORTED elsewhere
 */
export function pidfd(pid: number): PidFd {
  checkInteger(pid, 'pid', 1, INT_MAX);
  const result = native.pidfdOpen?.(pid) ?? ENOSYS;
  if (result === ENOSYS) throw notSupported('only Linux from 5.3 on has pidfd_open: use the events of child_process');
  return new PidFd(check(result));
}

function signalName(number: number): SignalName | null {
  const isName = (name: string): name is SignalName =>
    Object.entries(constants.signals).some(([known, value]) => known === name && value === number);
  return Object.keys(constants.signals).find(isName) ?? null;
}
