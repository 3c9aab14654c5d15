import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE, type RegisterOptions } from 'io-selectors';
import { ALL_EVENTS, type Backend, IN, OUT, PRI, RDHUP } from './bits.js';
import { BACKENDS } from './driver.js';
import { KINDS, PAIRS } from './file.js';
import type { Operation, SelectAsync, SelectEach, Sequence, Step } from './operation.js';
import { Random } from './random.js';
import type { Run } from './run.js';
import type { Slot } from './world.js';

const WEIGHTS: Record<Operation['op'], number> = {
  open: 6,
  close: 4,
  dup: 3,
  dup2: 3,
  dupEpoll: 0.3,
  write: 8,
  fill: 5,
  read: 5,
  drain: 4,
  shutdown: 1.5,
  urgent: 1,
  register: 14,
  modify: 9,
  unregister: 6,
  litter: 0.4,
  wakeup: 2,
  reopen: 0.4,
  busy: 0.1,
  select: 14,
  selectEach: 8,
  selectAsync: 10,
};
const WAITS = ['select', 'selectEach', 'selectAsync'] as const;
const MOST_LITTER = 120;

/** Makes operations up, each for the state that there is before it. */
export class Generator {
  readonly sequence: Sequence;
  readonly length: number;
  readonly #random: Random;
  readonly #run: () => Run;
  readonly #weights: Map<Operation['op'], number>;
  /** How many descriptors there are to be: with few of them the same ones meet again and again. */
  readonly #mostSlots: number;
  /** The slots that were chosen last, by id. */
  #recent: number[] = [];
  #data = 0;

  /** @param run the sequence in progress */
  constructor(seed: number, run: () => Run) {
    const random = new Random(seed);
    this.#random = random;
    this.#run = run;
    this.length = random.integer(50, 200);
    this.#mostSlots = random.pick([4, 6, 8, 16]);
    this.sequence = {
      seed,
      low: random.chance(0.35),
      unpollable: random.chance(0.6) ? 'ready' : 'throw',
      operations: [],
    };
    // Each sequence has its own favourites, which leads further than an average.
    const entries = Object.entries(WEIGHTS) as [Operation['op'], number][];
    this.#weights = new Map(entries.map(([op, weight]) => [op, weight * random.pick([0.2, 1, 1, 3])]));
  }

  next(): Operation {
    let operation = this.#open() === undefined ? this.#make('open') : undefined;
    while (operation === undefined) operation = this.#make(this.#random.weighted(this.#weights));
    return operation;
  }

  #make(op: Operation['op']): Operation | undefined {
    if (op === 'select') return { op, on: this.#on(), timeoutMs: this.#timeout() };
    if (op === 'selectEach') return { op, on: this.#on(), timeoutMs: this.#timeout(), during: this.#duringEach() };
    return op === 'selectAsync' ? this.#selectAsync() : this.#step(op);
  }

  #selectAsync(): SelectAsync {
    const random = this.#random;
    const by = random.pick(['abort', 'abort', 'wakeup', 'waker', 'close'] as const);
    const timeoutMs = random.pick([0, 1, 2, null, null, null]);
    const during = this.#steps(random.pick([0, 1, 1, 2, 3]));
    return {
      op: 'selectAsync',
      on: [random.pick(BACKENDS)],
      timeoutMs,
      via: random.chance(0.15) ? 'iterator' : 'promise',
      during: during.map((step) => ({ turn: random.chance(0.5), step })),
      end: timeoutMs === null || random.chance(0.2) ? { by, eager: random.chance(0.2) } : undefined,
    };
  }

  #duringEach(): SelectEach['during'] {
    const random = this.#random;
    const steps = random.chance(0.5) ? [] : this.#steps(random.integer(1, 3));
    const during: SelectEach['during'] = steps.map((step) => ({
      call: random.integer(1, 3),
      step,
    }));
    if (random.chance(0.1)) during.push({ call: random.integer(1, 3), step: { op: 'throw' } });
    return during.toSorted((a, b) => a.call - b.call);
  }

  /** Steps inside a wait. */
  #steps(count: number): Step[] {
    const random = this.#random;
    const weights = new Map(this.#weights);
    for (const op of WAITS) weights.delete(op);
    weights.set('busy', 2);
    const steps: Step[] = [];
    while (steps.length < count) {
      const op = random.weighted(weights) as Step['op'];
      const step = this.#step(op);
      if (step !== undefined) steps.push(step);
    }
    return steps;
  }

  #step(op: Step['op']): Step | undefined {
    switch (op) {
      case 'register':
        return this.#register();
      case 'modify':
        return this.#modify();
      case 'unregister':
      case 'litter':
      case 'wakeup':
      case 'reopen':
      case 'busy':
        return this.#call(op);
      case 'open':
      case 'dup':
      case 'dup2':
      case 'dupEpoll':
        return this.#number(op);
      default:
        return this.#traffic(op);
    }
  }

  #register(): Step | undefined {
    const random = this.#random;
    const slot = random.chance(0.9) ? this.#open() : this.#any();
    if (slot === undefined) return undefined;
    const options = this.#options();
    return {
      op: 'register',
      on: this.#on(),
      slot: slot.id,
      by: random.pick(['number', 'object']),
      events: this.#events(),
      data: this.#data++,
      ...(options && { options }),
    };
  }

  #modify(): Step | undefined {
    const random = this.#random;
    const on = this.#on();
    const slot = this.#registered(on);
    if (slot === undefined) return undefined;
    const key = this.#run().drivers.get(on[0])?.model.registrations.get(slot.fd)?.key;
    const options = random.chance(0.4) ? (this.#options() ?? {}) : undefined;
    return {
      op: 'modify',
      on,
      slot: slot.id,
      by: random.pick(['number', 'object']),
      events: random.chance(0.4) && key !== undefined ? key.events : this.#events(),
      ...((options !== undefined || random.chance(0.5)) && { data: this.#data++ }),
      ...(options && { options }),
    };
  }

  #call(op: 'unregister' | 'litter' | 'wakeup' | 'reopen' | 'busy'): Step | undefined {
    const random = this.#random;
    switch (op) {
      case 'unregister': {
        const on = this.#on();
        const slot = this.#registered(on);
        return slot && { op, on, slot: slot.id, by: random.pick(['number', 'object']) };
      }
      case 'litter': {
        const slot = this.#open();
        const count = random.integer(1, MOST_LITTER);
        return slot && { op, slot: slot.id, count, events: random.pick([EVENT_READ, EVENT_WRITE]) };
      }
      case 'wakeup':
        return { op, on: this.#on(), by: random.pick(['selector', 'waker', 'share']) };
      default:
        return { op, on: [random.pick(BACKENDS)] };
    }
  }

  /** What makes descriptors. */
  #number(op: 'open' | 'dup' | 'dup2' | 'dupEpoll'): Step | undefined {
    if (op === 'open') {
      const kind = this.#random.pick(KINDS);
      const at = this.#free(PAIRS.has(kind) ? 2 : 1);
      return at && { op, kind, at };
    }
    const over = this.#any();
    if (op === 'dupEpoll') return over && { op, over: over.id };
    const slot = this.#open();
    if (op === 'dup2') return slot && over && { op, slot: slot.id, over: over.id };
    const at = this.#free(1);
    return slot && at && { op, slot: slot.id, at: at[0] };
  }

  #traffic(op: 'close' | 'write' | 'read' | 'shutdown' | 'fill' | 'drain' | 'urgent'): Step | undefined {
    const random = this.#random;
    const slot = this.#open()?.id;
    if (slot === undefined) return undefined;
    switch (op) {
      case 'close':
        return { op, slot, by: random.pick(['package', 'fs']) };
      case 'write':
      case 'read':
        return { op, slot, size: random.pick([1, 1, 100, 5000]) };
      case 'shutdown':
        return { op, slot, how: random.pick(['read', 'write', 'both']) };
      default:
        return { op, slot };
    }
  }

  /** Mostly all of them, as they are to be compared. */
  #on(): Backend[] {
    return this.#random.chance(0.75) ? [...BACKENDS] : [this.#random.pick(BACKENDS)];
  }

  #timeout(): number | null {
    return this.#random.pick([0, 0, 0, 0, 1, 0.3, 2.5, -1, null]);
  }

  #events(): number {
    const common = [EVENT_READ, EVENT_READ, EVENT_WRITE, EVENT_WRITE, EVENT_READ | EVENT_WRITE];
    return this.#random.pick([...common, EVENT_PRIORITY, EVENT_READ | EVENT_PRIORITY, ALL_EVENTS]);
  }

  #options(): RegisterOptions | undefined {
    const random = this.#random;
    if (random.chance(0.45)) return undefined;
    const options: RegisterOptions = {};
    if (random.chance(0.35)) options.trigger = random.pick(['edge', 'edge', 'edge', 'level']);
    if (random.chance(0.35)) options.oneShot = random.chance(0.9);
    // With more than these bits an exclusive registration is refused.
    if (random.chance(0.3)) options.exclusive = true;
    const flags = options.exclusive === true ? [IN, OUT, IN | OUT] : [RDHUP, IN, OUT, PRI];
    if (random.chance(0.4)) options.flags = random.pick(flags);
    return options;
  }

  /** Ids for new descriptors: new ones, or those of closed numbers, which come back then. */
  #free(count: number): number[] | undefined {
    const { slots } = this.#run().world;
    const isClosed = ({ file }: Slot) => file === undefined;
    const closed = this.sequence.low ? [] : [...slots.values()].filter(isClosed).map(({ id }) => id);
    const ids: number[] = [];
    while (ids.length < count && closed.length > 0 && this.#random.chance(0.5)) {
      ids.push(...closed.splice(this.#random.integer(0, closed.length - 1), 1));
    }
    for (let id = 0; id < this.#mostSlots && ids.length < count; id++) if (!slots.has(id)) ids.push(id);
    return ids.length < count ? undefined : ids;
  }

  #open(): Slot | undefined {
    return this.#one(({ file }) => file !== undefined);
  }

  #any(): Slot | undefined {
    return this.#one(() => true);
  }

  #registered(on: readonly Backend[]): Slot | undefined {
    const drivers = [...this.#run().drivers.values()].filter(({ backend }) => on.includes(backend));
    return this.#one(({ fd }) => drivers.some(({ model }) => model.registrations.has(fd)));
  }

  #one(condition: (slot: Slot) => boolean): Slot | undefined {
    const slots = [...this.#run().world.slots.values()].filter(condition);
    if (slots.length === 0) return undefined;
    const recent = slots.filter(({ id }) => this.#recent.includes(id));
    const slot = this.#random.pick(recent.length > 0 && this.#random.chance(0.5) ? recent : slots);
    this.#recent = [slot.id, ...this.#recent.filter((id) => id !== slot.id)].slice(0, 3);
    return slot;
  }
}
