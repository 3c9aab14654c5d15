import type { SelectorKey } from 'io-selectors';
import { eventsOf } from './bits.js';
import { compareEvent, missing } from './compare.js';
import type { Driver } from './driver.js';
import { Failure } from './failure.js';
import { type Bounds, type Expectation, refused } from './model.js';
import type { SelectEach, Step } from './operation.js';
import type { Run } from './run.js';

/** An event that was found and has not been called back yet. */
interface Due {
  readonly bounds: Bounds;
  isModified: boolean;
  /** Whether for a while its key asked for nothing that is ready: its turn may have come then. */
  isSkippable: boolean;
}

/** The error that a callback throws. */
export class Thrown extends Error {}

/** The callbacks of one selectEach, and the steps inside them. */
export class Batch {
  readonly #run: Run;
  readonly #driver: Driver;
  readonly #during: SelectEach['during'];
  readonly #due: Map<number, Due>;
  #calls = 0;

  constructor(run: Run, driver: Driver, during: SelectEach['during'], { bounds }: Expectation) {
    this.#run = run;
    this.#driver = driver;
    this.#during = during;
    this.#due = new Map([...bounds].map(([fd, each]) => [fd, { bounds: each, isModified: false, isSkippable: false }]));
  }

  /** How many callbacks have run. */
  get calls(): number {
    return this.#calls;
  }

  /** @throws Thrown */
  called(key: SelectorKey<number>, events: number, revents: number): void {
    const { backend, model } = this.#driver;
    const due = this.#due.get(key.fd);
    if (due === undefined) throw new Failure('phantom', `${backend} called back for ${key.fd}, which is not due`);
    compareEvent(backend, due.bounds, key, events, revents, due.isModified);
    this.#due.delete(key.fd);
    if (due.isModified) model.repeatable(due.bounds);
    else model.reported(due.bounds);
    this.#calls++;
    for (const { call, step } of this.#during) if (call === this.#calls) this.#step(step);
  }

  /** All callbacks have run, or one has thrown. */
  end(hasThrown: boolean): void {
    const { backend, model } = this.#driver;
    for (const { bounds, isModified, isSkippable } of this.#due.values()) {
      if (hasThrown && bounds.must) model.lost(bounds);
      else if (hasThrown) model.repeatable(bounds);
      // modify() has armed the one-shot registration again, for the next wait.
      else if (isModified && bounds.registration.options?.oneShot === true) continue;
      else if (bounds.must && !isSkippable) throw missing(backend, bounds);
    }
  }

  #step(step: Step | { op: 'throw' }): void {
    const { selector, model, backend } = this.#driver;
    if (this.#run.drivers.get(backend) !== this.#driver) return;
    if (step.op === 'throw') throw new Thrown();
    if (step.op === 'busy') {
      this.#driver.attempt('a wait in a callback', refused('ERR_BUSY'), () => selector.select(0)[0].key);
      return;
    }
    const keys = new Map([...this.#due].map(([fd, { bounds }]) => [fd, bounds.registration.key]));
    this.#run.step(step);
    // The wake-up may have been for the wait in progress.
    if (model.wake === 'yes') model.wake = 'maybe';
    if (this.#run.drivers.get(backend) !== this.#driver) this.#due.clear();
    for (const [fd, due] of this.#due) {
      const now = model.registrations.get(fd);
      // Unregistered, and perhaps registered again, which makes another registration.
      if (now !== due.bounds.registration) this.#due.delete(fd);
      else if (now.key !== keys.get(fd)) this.#modified(due);
    }
  }

  #modified(due: Due): void {
    const { low, asked, registration } = due.bounds;
    due.isModified = true;
    due.isSkippable ||= (eventsOf(this.#driver.backend, low) & asked & registration.key.events) === 0;
  }
}
