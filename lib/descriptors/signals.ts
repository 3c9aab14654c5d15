import { constants } from 'node:os';
import { inspect } from 'node:util';
import { native } from '../core/binding.js';
import { readIterable } from '../core/check.js';
import { DescriptorOwner } from '../core/descriptor-owner.js';
import type { Descriptor } from '../core/descriptor.js';
import { invalidType, notSupported, outOfRange } from '../core/errors.js';
import { show } from '../core/inspect.js';
import type { SignalName } from '../core/node-types.js';
import { failure } from '../core/result.js';
import { supported } from '../core/supported.js';
import { drain, openWakeChannel } from './wake-channel.js';

/** Faults of an instruction, which is tried again as soon as a handler returns. */
const FAULTS = new Set<SignalName>(['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL']);
const UNCATCHABLE = new Set<SignalName>(['SIGKILL', 'SIGSTOP']);

/**
 * Signals as readiness of a descriptor: `fd` is readable while a signal has arrived that was not read. Made by
 * `signals()`.
 */
export class Signals extends DescriptorOwner {
  readonly #names: ReadonlyMap<number, SignalName>;
  /** The same descriptor as the one that is read where there are eventfds. */
  readonly #writeEnd: Descriptor;
  readonly #subscription: number;

  /** @internal */
  constructor(names: ReadonlyMap<number, SignalName>, subscribe: (signals: number, fd: number) => number) {
    const [readEnd, writeEnd] = openWakeChannel();
    super('the signals object', readEnd);
    this.#names = names;
    this.#writeEnd = writeEnd;
    this.#subscription = subscribe(toMask(names.keys()), this.#writeEnd.fd);
    if (this.#subscription < 0) {
      this.close();
      throw refusal(this.#subscription, Array.from(names.values()));
    }
    endBefore(this.#writeEnd, this.#subscription);
  }

  /**
   * The signals that have arrived since the last call, each once, in the order of their numbers. Never blocks.
   * @returns [] if there are none, which may happen once although `fd` was readable
   * @throws Error ERR_CLOSED
   */
  read(): SignalName[] {
    const fd = this.assertOpen();
    // In this order a signal that arrives in between makes the descriptor readable again.
    drain(fd);
    const arrived = native.signalArrived?.(this.#subscription) ?? 0;
    const names: SignalName[] = [];
    for (const [number, name] of this.#names) if ((arrived & bit(number)) !== 0) names.push(name);
    return names;
  }

  /**
   * Restores what each signal did before, unless somebody else has changed that meanwhile or another object still
   * has the signal. Signals that were not read are lost. Closing twice is harmless.
   */
  override close(): void {
    try {
      this.#writeEnd.close();
    } finally {
      super.close();
    }
  }

  /** @internal */
  override [inspect.custom](): object {
    return show(this, () => ({ fd: this.fd, closed: this.closed, names: Array.from(this.#names.values()) }));
  }
}

/**
 * Turns signals of this process, whichever thread they hit, into readiness of a descriptor: sigaction(2) with a
 * handler that writes to it. A loop of blocking waits, in a worker too, can so react to Ctrl-C. In the thread that
 * was hit, a raw wait also ends with EINTR.
 *
 * Their default action is suspended until `close()`. Keep the object: one that is garbage-collected is closed.
 * Listeners of `process.on`, child processes and handlers installed before keep working. Several objects may have
 * the same signal.
 *
 * Node installs its own handler when the first listener of a signal is added, and resets the signal when the last
 * is removed; for SIGCHLD, when the first child process starts (`spawnSync` too) and when the last has ended.
 * Objects made before get nothing more of that signal then, until `signals()` is called with its name again. A
 * listener that is added before and stays, such as `process.on('SIGCHLD', () => {})`, prevents this; for one child,
 * `pidfd()` is simpler. SIGUSR1 still starts Node's inspector.
 *
 * @param names of signals, such as `['SIGINT', 'SIGTERM']`
 * @throws RangeError ERR_OUT_OF_RANGE for a name that is not in `os.constants.signals`
 * @throws Error ERR_NOT_SUPPORTED for SIGSEGV, SIGBUS, SIGFPE, SIGILL; on Windows for all
 * @throws SystemError EINVAL for SIGKILL, SIGSTOP; EMFILE
 */
export function signals(names: Iterable<SignalName>): Signals {
  const numbers = new Map<number, SignalName>();
  for (const name of readIterable(names, 'names', 'an iterable of names of signals')) {
    const number = toNumber(name);
    // SIGPOLL and SIGIO are the same signal: the first name is kept.
    if (!numbers.has(number)) numbers.set(number, name);
  }
  const subscribe = supported(native.signalSubscribe, 'Windows has no sigaction(2): use process.on');
  return new Signals(new Map(Array.from(numbers).toSorted(([a], [b]) => a - b)), subscribe);
}

/** Unsubscribes first, so that the handler does not write to the next file with this number. */
function endBefore(writeEnd: Descriptor, subscription: number): void {
  writeEnd.beforeClose(() => native.signalUnsubscribe?.(subscription));
}

function toNumber(name: SignalName): number {
  if (typeof name !== 'string') throw invalidType('names', 'an iterable of names of signals', name);
  if (!Object.hasOwn(constants.signals, name)) throw outOfRange('names', 'names of os.constants.signals', name);
  if (FAULTS.has(name)) throw notSupported(`${name} cannot be read: it comes back as soon as its handler returns`);
  return constants.signals[name];
}

function refusal(result: number, names: SignalName[]): Error {
  const name = names.find((one) => UNCATCHABLE.has(one));
  return failure(result, undefined, name && `${name} cannot be caught`);
}

function bit(number: number): number {
  return 1 << (number - 1);
}

function toMask(numbers: Iterable<number>): number {
  let mask = 0;
  for (const number of numbers) mask |= bit(number);
  return mask >>> 0;
}
