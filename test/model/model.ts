import type { RegisterOptions, SelectorKey } from 'io-selectors';
import { type Backend, bitsOf } from './bits.js';
import type { File } from './file.js';
import type { Truth } from './truth.js';
import type { World } from './world.js';

export type Certainty = 'no' | 'maybe' | 'yes';

/** The outcome of a call: success, or an error with one of these codes. */
export interface Outcome {
  ok: boolean;
  codes: string[];
}

export const OK: Outcome = { ok: true, codes: [] };

export function refused(...codes: string[]): Outcome {
  return { ok: false, codes };
}

export interface Registration {
  key: SelectorKey<number>;
  options: RegisterOptions | undefined;
  /** All bits that the system call is asked for. */
  mask: number;
  /** The open file that the number referred to when it was registered. */
  file: File;
}

/** What a wait may report of a registration. */
export interface Bounds<R extends Registration = Registration> {
  registration: R;
  must: boolean;
  may: boolean;
  /** The events that were asked for, the only ones that select can report. */
  asked: number;
  /** Bits that are ready for certain. */
  low: number;
  /** Bits that may be ready. */
  high: number;
  /** The file's activity at that time. */
  activity: number;
}

export interface Expectation {
  /** Registered descriptors that are closed: with select and poll they make the wait fail. */
  closed: number[];
  /** Whether selectAsync may be refused because of the kernel's limits on nested epolls. */
  isRefusable: boolean;
  bounds: Map<number, Bounds>;
}

/** The documented behaviour of a selector. */
export abstract class Model {
  abstract readonly backend: Backend;
  readonly registrations = new Map<number, Registration>();
  /** Whether the next wait must return at once. */
  wake: Certainty = 'no';
  /** Whether the selector watches a waker of its own. */
  hasWaker = false;
  protected readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** Leaves out the options that the back end lacks. */
  abstract options(given: RegisterOptions | undefined): RegisterOptions | undefined;

  mask(events: number, options: RegisterOptions | undefined): number {
    return (bitsOf(events) | (options?.flags ?? 0)) >>> 0;
  }

  registerOutcome(fd: number, file: File | undefined, _mask: number): Outcome {
    if (this.registrations.has(fd)) return refused('ERR_ALREADY_REGISTERED');
    return file === undefined ? refused('EBADF') : OK;
  }

  modifyOutcome(_registration: Registration, _mask: number): Outcome {
    return OK;
  }

  registered(registration: Registration): void {
    this.registrations.set(registration.key.fd, registration);
  }

  modified(registration: Registration, key: SelectorKey<number>, options: RegisterOptions | undefined): void {
    registration.key = key;
    registration.options = options;
    registration.mask = this.mask(key.events, options);
  }

  unregistered({ key }: Registration): void {
    this.registrations.delete(key.fd);
  }

  /** Takes in what poll(2) reported after something was done to descriptors. */
  observe(_truth: Truth): void {}

  /** A wait begins or goes on. */
  waits(): void {}

  expect(before: Truth, after: Truth): Expectation {
    const bounds = new Map<number, Bounds>();
    for (const registration of this.registrations.values()) {
      bounds.set(registration.key.fd, this.bounds(registration, before, after));
    }
    return { closed: this.closed(), isRefusable: this.isRefusable(), bounds };
  }

  /** A wait has reported the event. */
  reported(_bounds: Bounds): void {}

  /** A wait has reported the event after a modify(): the next wait may repeat it. */
  repeatable(_bounds: Bounds): void {}

  /** A wait may have found the event and ended before reporting it: the next wait reports it. */
  lost(_bounds: Bounds): void {}

  protected abstract bounds(registration: Registration, before: Truth, after: Truth): Bounds;

  protected abstract closed(): number[];

  protected isRefusable(): boolean {
    return false;
  }
}
