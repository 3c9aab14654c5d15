import { EpollSelector } from 'io-selectors';
import { type Backend, NVAL } from './bits.js';
import { litter, make } from './calls.js';
import { change } from './change.js';
import { BACKENDS, Driver } from './driver.js';
import { Failure } from './failure.js';
import { File } from './file.js';
import { checkState } from './invariants.js';
import { refused } from './model.js';
import type { Operation, Sequence, Step } from './operation.js';
import { selectAsync } from './select-async.js';
import { selectEach } from './select-each.js';
import { selectNow } from './select-now.js';
import type { Truth } from './truth.js';
import { askWitness } from './witness.js';
import { World } from './world.js';

/** One sequence in progress. */
export class Run {
  readonly world: World;
  readonly drivers = new Map<Backend, Driver>();
  /** How long a wait may take that should return at once. */
  readonly patienceMs: number;
  readonly #sequence: Pick<Sequence, 'unpollable'>;
  readonly #epolls = new WeakMap<Driver, File>();

  constructor(sequence: Pick<Sequence, 'low' | 'unpollable'>, patienceMs: number) {
    this.#sequence = sequence;
    this.patienceMs = patienceMs;
    this.world = new World(sequence.low);
    for (const backend of BACKENDS) this.drivers.set(backend, new Driver(backend, this.world, sequence));
  }

  /** @throws Failure */
  async perform(operation: Operation): Promise<void> {
    switch (operation.op) {
      case 'select':
        for (const driver of this.#chosen(operation.on)) await selectNow(this, driver, operation.timeoutMs);
        break;
      case 'selectEach':
        for (const driver of this.#chosen(operation.on)) await selectEach(this, driver, operation);
        break;
      case 'selectAsync':
        for (const driver of this.#chosen(operation.on)) await selectAsync(this, driver, operation);
        break;
      case 'witness':
        askWitness(this.world);
        break;
      default:
        this.step(operation);
    }
    this.check();
  }

  /** Any operation but a wait. Does nothing without its descriptors: shrinking may have removed their origin. */
  step(step: Step): void {
    const slot = 'slot' in step ? this.world.slots.get(step.slot) : undefined;
    if ('on' in step) {
      if (slot !== undefined || !('slot' in step)) for (const driver of this.#chosen(step.on)) make(this, driver, step);
    } else if (step.op === 'open') this.world.open(step.kind, step.at);
    else if (step.op === 'dupEpoll') this.#dupEpoll(step.over);
    else if (slot?.file === undefined) return;
    else if (step.op === 'litter') litter(this, slot, slot.file, step);
    else change(this.world, slot, slot.file, step);
    this.look();
  }

  /** Asks poll(2) and tells the models. */
  look(): Truth {
    const truth = this.world.look();
    const models = [...this.drivers.values()].map(({ model }) => model);
    for (const model of models) model.observe(truth);
    for (const { id, fd, file } of this.world.slots.values()) {
      if (file !== undefined || truth.ofNumber(fd) === NVAL) continue;
      if (models.some(({ registrations }) => registrations.has(fd))) {
        throw new Failure('state', `a descriptor of the package's own took the number ${fd}, which is registered`);
      }
      // The number is in use by someone else.
      this.world.slots.delete(id);
    }
    return truth;
  }

  /** Checks the invariants between two calls. `waiting`: whether a selectAsync is pending. */
  check(waiting = false): void {
    checkState(this, waiting);
  }

  reopen(driver: Driver): void {
    driver.selector.close();
    if (!driver.selector.closed) throw new Failure('state', `${driver.backend} is not closed after close()`);
    driver.attempt('getKey() after close()', refused('ERR_CLOSED'), () => driver.selector.getKey(0));
    this.drivers.set(driver.backend, new Driver(driver.backend, this.world, this.#sequence));
  }

  close(): void {
    for (const { selector } of this.drivers.values()) selector.close();
    this.world.closeAll();
  }

  /** Looks up one driver at a time, as it may be replaced during a wait of another. */
  *#chosen(on: readonly Backend[]): Generator<Driver, undefined> {
    for (const backend of on) {
      const driver = this.drivers.get(backend);
      if (driver !== undefined) yield driver;
    }
    return undefined;
  }

  #dupEpoll(over: number): void {
    const driver = this.drivers.get('epoll');
    const slot = this.world.slots.get(over);
    if (slot === undefined || !(driver?.selector instanceof EpollSelector)) return;
    // After a rebuild the selector has another epoll, which the models take into account.
    let file = this.#epolls.get(driver);
    if (file === undefined) this.#epolls.set(driver, (file = new File('epoll')));
    this.world.dup2(driver.selector.fd, file, slot);
  }
}
