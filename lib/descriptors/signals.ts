import { constants } from 'node:os';
import { inspect } from 'node:util';
import { native } from '../core/binding.js';
import { readIterable } from '../core/check.js';
import type { Descriptor } from '../core/descriptor.js';
import { DescriptorOwner } from '../core/descriptor-owner.js';
import { invalidType, notSupported, outOfRange } from '../core/errors.js';
import { show } from '../core/inspect.js';
import { failure } from '../core/result.js';
import { drain, openWakeChannel } from './wake-channel.js';

/** These come back as soon as a handler returns: the instruction that was at fault is tried again. */
const FAULTS = new Set<NodeJS.Signals>(['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL']);
const UNCATCHABLE = new Set<NodeJS.Signals>(['SIGKILL', 'SIGSTOP']);

/** Signals as readiness of a descriptor: `fd` is readable while a signal has arrived that was not read. Made by `signals()`. */
export class Signals extends DescriptorOwner {
  readonly #names: ReadonlyMap<number, NodeJS.Signals>;
  /** The same descriptor as the one that is read where there are eventfds. */
  readonly #writeEnd: Descriptor;
  readonly #subscription: number;

  /** @internal */
  constructor(names: ReadonlyMap<number, NodeJS.Signals>) {
    const [readEnd, writeEnd] = openWakeChannel();
    super('the signals object', readEnd);
    this.#names = names;
    this.#writeEnd = writeEnd;
    this.#subscription = native.signalSubscribe(toMask(names.keys()), this.#writeEnd.fd);
    if (this.#subscription < 0) {
      this.close();
      throw refusal(this.#subscription, Array.from(names.values()));
    }
    endBefore(this.#writeEnd, this.#subscription);
  }

  /**
   * The signals that have arrived since the last call, each once however often it came, in the order of their
   * numbers. Never blocks.
   * @returns [] if there are none, as may be the case once although `fd` was readable
   * @throws Error ERR_CLOSED
   */
  read(): NodeJS.Signals[] {
    const fd = this.openFd();
    // In this order: a signal in between makes the descriptor readable once more.
    drain(fd);
    const arrived = native.signalArrived(this.#subscription);
    const names: NodeJS.Signals[] = [];
    for (const [number, name] of this.#names) if ((arrived & bit(number)) !== 0) names.push(name);
    return names;
  }

  /**
   * Gives each signal back to what it did before, unless somebody else has changed that meanwhile or another
   * object wants it still. Signals that were not read are forgotten. Closing twice is harmless.
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
 * Makes signals of this process, whichever of its threads they hit, readiness of a descriptor: sigaction(2) with a
 * handler that writes to it. So a loop of blocking waits hears of Ctrl-C, in a worker as well. Where the thread that
 * waits is the one that was hit, a raw wait ends with EINTR besides.
 *
 * Their default action is suspended until `close()`; keep the object, as one that is collected is closed. Listeners
 * of `process.on`, child processes and other handlers from before go on. Several objects may have one signal.
 *
 * Node takes a signal over when its first listener is added and resets it when the last is removed; for SIGCHLD, when
 * the first child process starts (`spawnSync` as well) and when the last has ended. Objects from before do not hear of
 * it any more then, until `signals()` is called with its name again. A listener that is added before and stays, as
 * `process.on('SIGCHLD', () => {})`, prevents that; for one child, `pidfd()` is simpler. SIGUSR1 starts Node's
 * inspector all the same.
 *
 * @param names of signals, as `['SIGINT', 'SIGTERM']`
 * @throws RangeError ERR_OUT_OF_RANGE for a name that is not in `os.constants.signals`
 * @throws Error ERR_NOT_SUPPORTED for SIGSEGV, SIGBUS, SIGFPE, SIGILL
 * @throws SystemError EINVAL for SIGKILL, SIGSTOP; EMFILE
 */
export function signals(names: Iterable<NodeJS.Signals>): Signals {
  const numbers = new Map<number, NodeJS.Signals>();
  for (const name of readIterable(names, 'names', 'an iterable of names of signals')) {
    const number = toNumber(name);
    // SIGPOLL and SIGIO are one: the first name is kept.
    if (!numbers.has(number)) numbers.set(number, name);
  }
  return new Signals(new Map(Array.from(numbers).toSorted(([a], [b]) => a - b)));
}

/** A handler must not write to what has the number next. */
function endBefore(writeEnd: Descriptor, subscription: number): void {
  writeEnd.beforeClose(() => native.signalUnsubscribe(subscription));
}

function toNumber(name: NodeJS.Signals): number {
  if (typeof name !== 'string') throw invalidType('names', 'an iterable of names of signals', name);
  if (!Object.hasOwn(constants.signals, name)) throw outOfRange('names', 'names of os.constants.signals', name);
  if (FAULTS.has(name)) throw notSupported(`${name} cannot be read: it comes back as soon as its handler returns`);
  return constants.signals[name];
}

function refusal(result: number, names: NodeJS.Signals[]): Error {
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
