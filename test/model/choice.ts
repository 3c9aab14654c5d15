import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE, type RegisterOptions } from 'io-selectors';
import { ALL_EVENTS, type Backend, IN, OUT, PRI, RDHUP } from './bits.js';
import { BACKENDS } from './driver.js';
import type { Profile } from './profile.js';
import type { Random } from './random.js';
import type { Run } from './run.js';
import type { Slot } from './world.js';

/** Chooses what operations apply to: descriptors, events, options. */
export class Choice {
  readonly #random: Random;
  readonly #profile: Profile;
  readonly #run: () => Run;
  /** The ids of the slots that were chosen last. */
  #recent: number[] = [];

  /** @param run the sequence in progress */
  constructor(random: Random, profile: Profile, run: () => Run) {
    this.#random = random;
    this.#profile = profile;
    this.#run = run;
  }

  /** Mostly all back ends, so that they can be compared, or the sequence's favourite. */
  on(): Backend[] {
    return this.#random.chance(0.75) ? [...this.#profile.on] : [this.one()];
  }

  one(): Backend {
    return this.#random.pick(this.#random.chance(0.5) ? this.#profile.on : BACKENDS);
  }

  timeout(): number | null {
    return this.#random.pick([0, 0, 0, 0, 1, 0.3, 2.5, -1, null]);
  }

  events(): number {
    const common = [EVENT_READ, EVENT_READ, EVENT_WRITE, EVENT_WRITE, EVENT_READ | EVENT_WRITE];
    return this.#random.pick([...common, EVENT_PRIORITY, EVENT_READ | EVENT_PRIORITY, ALL_EVENTS]);
  }

  options(): RegisterOptions | undefined {
    const random = this.#random;
    const likely = this.#profile.options;
    const options: RegisterOptions = {};
    if (random.chance(likely.trigger)) options.trigger = random.pick(['edge', 'edge', 'edge', 'level']);
    if (random.chance(likely.exclusive)) options.exclusive = true;
    // EPOLLEXCLUSIVE is refused with EPOLLONESHOT, and with bits other than these.
    else if (random.chance(likely.oneShot)) options.oneShot = random.chance(0.9);
    const flags = options.exclusive === true ? [IN, OUT, IN | OUT] : [RDHUP, IN, OUT, PRI];
    if (random.chance(likely.flags)) options.flags = random.pick(flags);
    return Object.keys(options).length === 0 ? undefined : options;
  }

  /** Ids for new descriptors: unused ones, or those of closed numbers, which are reused then. */
  free(count: number): number[] | undefined {
    const { slots } = this.#run().world;
    const isClosed = ({ file }: Slot) => file === undefined;
    const closed = this.#profile.low ? [] : [...slots.values()].filter(isClosed).map(({ id }) => id);
    const ids: number[] = [];
    while (ids.length < count && closed.length > 0 && this.#random.chance(0.7)) {
      ids.push(...closed.splice(this.#random.integer(0, closed.length - 1), 1));
    }
    for (let id = 0; id < this.#profile.mostSlots && ids.length < count; id++) if (!slots.has(id)) ids.push(id);
    return ids.length < count ? undefined : ids;
  }

  /** Whether such a slot exists, open or closed. */
  has(slot: number): boolean {
    return this.#run().world.slots.has(slot);
  }

  any(): Slot | undefined {
    return this.#pick(() => true);
  }

  open(): Slot | undefined {
    return this.#pick(({ file }) => file !== undefined);
  }

  /** An open slot that is not registered with every selector. */
  unregistered(on: readonly Backend[]): Slot | undefined {
    const drivers = this.#drivers(on);
    const isEverywhere = (fd: number) => drivers.every(({ model }) => model.registrations.has(fd));
    return this.#pick(({ fd, file }) => file !== undefined && !isEverywhere(fd));
  }

  registered(on: readonly Backend[]): Slot | undefined {
    return this.#pick(({ fd }) => this.#drivers(on).some(({ model }) => model.registrations.has(fd)));
  }

  /** An open slot that affects a registration: the same file, or its other end. */
  related(): Slot | undefined {
    const { world } = this.#run();
    const numbers = this.#drivers(BACKENDS).flatMap(({ model }) => [...model.registrations.keys()]);
    const watched = new Set(numbers.map((fd) => world.fileAt(fd)));
    return this.#pick(({ file }) => file !== undefined && (watched.has(file) || watched.has(file.peer)));
  }

  #drivers(on: readonly Backend[]) {
    return [...this.#run().drivers.values()].filter(({ backend }) => on.includes(backend));
  }

  #pick(condition: (slot: Slot) => boolean): Slot | undefined {
    const slots = [...this.#run().world.slots.values()].filter(condition);
    if (slots.length === 0) return undefined;
    const recent = slots.filter(({ id }) => this.#recent.includes(id));
    const slot = this.#random.pick(recent.length > 0 && this.#random.chance(0.6) ? recent : slots);
    this.#recent = [slot.id, ...this.#recent.filter((id) => id !== slot.id)].slice(0, 3);
    return slot;
  }
}
