import type { RegisterOptions, SelectorKey } from 'io-selectors';
import { type Backend, bitsOf } from './bits.js';
import type { File } from './file.js';
import type { Truth } from './truth.js';
import type { World } from './world.js';

export type Certainty = 'no' | 'maybe' | 'yes';

/** What a call may come to: success, or an error with one of these codes. */
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
  /** All the bits that the system call is asked for. */
  mask: number;
  /** The open file that the number meant when it was registered. */
  file: File;
}

/** What a wait may report of a registration. */
export interface Bounds<R extends Registration = Registration> {
  registration: R;
  must: boolean;
  may: boolean;
  /** The events that were asked for, where nothing else is in the answer: with select. */
  asked: number;
  /** Bits that are ready in any case, */
  low: number;
  /** and those that may be. */
  high: number;
  /** What the file's activity was. */
  activity: number;
}

export interface Expectation {
  /** Registered descriptors that are closed: with select and poll the wait fails. */
  closed: number[];
  /** Whether selectAsync may be refused, as the kernel limits how epolls watch each other. */
  isRefusable: boolean;
  bounds: Map<number, Bounds>;
}

/** What a selector is documented to do. */
export abstract class Model {
  abstract readonly backend: Backend;
  readonly registrations = new Map<number, Registration>();
  /** Whether the next wait is to return at once. */
  wake: Certainty = 'no';
  /** Whether the selector watches a descriptor of its own for that. */
  hasWaker = false;
  protected readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** The options without those that the back end lacks. */
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

  /** Descriptors were looked at, after something was done to them. */
  observe(_truth: Truth): void {}

  /** A wait is to come, or is still in progress. */
  waits(): void {}

  expect(before: Truth, after: Truth): Expectation {
    const bounds = new Map<number, Bounds>();
    for (const registration of this.registrations.values()) {
      bounds.set(registration.key.fd, this.bounds(registration, before, after));
    }
    return { closed: this.closed(), isRefusable: this.isRefusable(), bounds };
  }

  /** A wait has reported it. */
  reported(_bounds: Bounds): void {}

  /** A wait has reported it after it was modified: the next one may do so again. */
  repeatable(_bounds: Bounds): void {}

  /** A wait may have found it, but ended before it was reported: the next one does so. */
  lost(_bounds: Bounds): void {}

  protected abstract bounds(registration: Registration, before: Truth, after: Truth): Bounds;

  protected abstract closed(): number[];

  protected isRefusable(): boolean {
    return false;
  }
}
