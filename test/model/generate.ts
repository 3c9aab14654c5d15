import { EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { Choice } from './choice.js';
import { KINDS, PAIRS } from './file.js';
import type { Operation, SelectAsync, SelectEach, Sequence, Step } from './operation.js';
import { type Profile, profile } from './profile.js';
import { Random } from './random.js';
import type { Run } from './run.js';
import { type Part, Story } from './story.js';

const NOT_STEPS = ['select', 'selectEach', 'selectAsync', 'witness'] as const;
const MOST_LITTER = 120;

/** Makes up operations, each for the current state. */
export class Generator {
  readonly sequence: Sequence;
  readonly length: number;
  readonly #random: Random;
  readonly #profile: Profile;
  readonly #choice: Choice;
  readonly #run: () => Run;
  #story: Part[] = [];
  #data = 0;

  /** @param run the sequence in progress */
  constructor(seed: number, run: () => Run) {
    this.#random = new Random(seed);
    this.#run = run;
    this.length = this.#random.pick([20, 40, 80, 160]);
    this.#profile = profile(this.#random);
    this.#choice = new Choice(this.#random, this.#profile, run);
    const { low, unpollable } = this.#profile;
    this.sequence = { seed, low, unpollable, operations: [] };
  }

  next(): Operation {
    let operation = this.#choice.open() === undefined ? this.#make('open') : this.#goOn();
    while (operation === undefined) operation = this.#make(this.#random.weighted(this.#profile.weights));
    return operation;
  }

  /** Continues a story or begins one, with other operations in between now and then. */
  #goOn(): Operation | undefined {
    const random = this.#random;
    const slot = this.#choice.open()?.id;
    if (this.#story.length === 0 && slot !== undefined && random.chance(0.03)) {
      const parts = random.pick([Story.comeBack, Story.ask])(this.#choice, random, slot);
      this.#story = parts.filter(() => random.chance(0.85));
    }
    return random.chance(0.8) ? this.#story.shift()?.() : undefined;
  }

  #make(op: Operation['op']): Operation | undefined {
    const choice = this.#choice;
    if (op === 'witness') return { op };
    if (op === 'select') return { op, on: choice.on(), timeoutMs: choice.timeout() };
    if (op === 'selectEach') return { op, on: choice.on(), timeoutMs: choice.timeout(), during: this.#duringEach() };
    return op === 'selectAsync' ? this.#selectAsync() : this.#step(op);
  }

  #selectAsync(): SelectAsync {
    const random = this.#random;
    const by = random.pick(['abort', 'abort', 'wakeup', 'waker', 'close'] as const);
    const timeoutMs = random.pick([0, 1, 2, null, null, null]);
    const during = this.#steps(random.pick([0, 1, 1, 2, 3]));
    return {
      op: 'selectAsync',
      on: [this.#choice.one()],
      timeoutMs,
      via: random.chance(0.15) ? 'iterator' : 'promise',
      during: during.map((step) => ({ turn: random.chance(0.5), step })),
      end: timeoutMs === null || random.chance(0.2) ? { by, eager: random.chance(0.2) } : undefined,
    };
  }

  #duringEach(): SelectEach['during'] {
    const random = this.#random;
    const steps = random.chance(0.4) ? [] : this.#steps(random.integer(1, 3));
    const during: SelectEach['during'] = steps.map((step) => ({ call: random.integer(1, 2), step }));
    if (random.chance(0.1)) during.push(...this.#registerAgain());
    if (random.chance(0.15)) during.push({ call: random.integer(1, 2), step: { op: 'throw' } });
    return during.toSorted((a, b) => a.call - b.call);
  }

  /** Registers a descriptor again in the first callback, perhaps before it is called back. */
  #registerAgain(): SelectEach['during'] {
    const on = this.#choice.on();
    const slot = this.#choice.registered(on)?.id;
    if (slot === undefined) return [];
    const call = { on, slot, by: 'number' } as const;
    const [events, data] = [this.#choice.events(), this.#data++];
    return [
      { call: 1, step: { op: 'unregister', ...call } },
      { call: 1, step: { op: 'register', ...call, events, data } },
    ];
  }

  /** Steps during a wait. */
  #steps(count: number): Step[] {
    const weights = new Map(this.#profile.weights);
    for (const op of NOT_STEPS) weights.delete(op);
    weights.set('busy', 2);
    const steps: Step[] = [];
    while (steps.length < count) {
      const step = this.#step(this.#random.weighted(weights) as Step['op']);
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
    const on = this.#choice.on();
    const slot = this.#random.chance(0.9) ? this.#choice.unregistered(on) : this.#choice.any();
    if (slot === undefined) return undefined;
    const options = this.#choice.options();
    return {
      op: 'register',
      on,
      slot: slot.id,
      by: this.#random.pick(['number', 'object']),
      events: this.#choice.events(),
      data: this.#data++,
      ...(options && { options }),
    };
  }

  #modify(): Step | undefined {
    const random = this.#random;
    const on = this.#choice.on();
    const slot = this.#choice.registered(on);
    if (slot === undefined) return undefined;
    const key = this.#run().drivers.get(on[0])?.model.registrations.get(slot.fd)?.key;
    const options = random.chance(0.3) ? (this.#choice.options() ?? {}) : undefined;
    return {
      op: 'modify',
      on,
      slot: slot.id,
      by: random.pick(['number', 'object']),
      events: random.chance(0.4) && key !== undefined ? key.events : this.#choice.events(),
      ...((options !== undefined || random.chance(0.5)) && { data: this.#data++ }),
      ...(options && { options }),
    };
  }

  #call(op: 'unregister' | 'litter' | 'wakeup' | 'reopen' | 'busy'): Step | undefined {
    const random = this.#random;
    switch (op) {
      case 'unregister': {
        const on = this.#choice.on();
        const slot = this.#choice.registered(on);
        return slot && { op, on, slot: slot.id, by: random.pick(['number', 'object']) };
      }
      case 'litter': {
        const slot = this.#choice.open();
        const count = random.integer(1, MOST_LITTER);
        return slot && { op, slot: slot.id, count, events: random.pick([EVENT_READ, EVENT_WRITE]) };
      }
      case 'wakeup':
        return { op, on: this.#choice.on(), by: random.pick(['selector', 'waker', 'share']) };
      default:
        return { op, on: [this.#choice.one()] };
    }
  }

  /** An operation that makes descriptors. */
  #number(op: 'open' | 'dup' | 'dup2' | 'dupEpoll'): Step | undefined {
    const choice = this.#choice;
    if (op === 'open') {
      const kind = this.#random.pick(KINDS);
      const at = choice.free(PAIRS.has(kind) ? 2 : 1);
      return at && { op, kind, at };
    }
    const over = choice.any();
    if (op === 'dupEpoll') return over && { op, over: over.id };
    const slot = choice.open();
    if (op === 'dup2') return slot && over && { op, slot: slot.id, over: over.id };
    const at = choice.free(1);
    return slot && at && { op, slot: slot.id, at: at[0] };
  }

  #traffic(op: 'close' | 'write' | 'read' | 'shutdown' | 'fill' | 'drain' | 'urgent'): Step | undefined {
    const random = this.#random;
    const slot = (random.chance(0.8) ? this.#choice.related() : this.#choice.open())?.id;
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
}
