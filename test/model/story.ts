import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE, type RegisterOptions } from 'io-selectors';
import { type Backend, IN, OUT, RDHUP } from './bits.js';
import type { Choice } from './choice.js';
import type { Operation } from './operation.js';
import type { Random } from './random.js';

/** The next operation, if there is anything to do. */
export type Part = () => Operation | undefined;

/** Operations that matter only together, a combination that chance would hardly ever produce. */
export class Story {
  readonly #choice: Choice;
  readonly #random: Random;
  readonly #on: Backend[];
  readonly #slot: number;
  readonly #events: number;
  readonly #options: RegisterOptions | undefined;

  /** @param slot the id of the slot that the story is about */
  constructor(choice: Choice, random: Random, slot: number, asked?: { events: number; options: RegisterOptions }) {
    this.#choice = choice;
    this.#random = random;
    this.#on = choice.on();
    this.#slot = slot;
    this.#events = asked?.events ?? choice.events();
    this.#options = asked === undefined ? choice.options() : asked.options;
  }

  /** A number is closed or reused while a duplicate is open, and then refers to the old file again. */
  static comeBack(choice: Choice, random: Random, slot: number): Part[] {
    const story = new Story(choice, random, slot);
    let spare: number | undefined;
    const keep: Part = () => {
      const at = choice.free(1);
      spare = at?.[0];
      return at && { op: 'dup', slot, at: at[0] };
    };
    const lose: Part = () => {
      const other = random.chance(0.5) ? choice.open() : undefined;
      return other === undefined ? { op: 'close', slot, by: 'package' } : { op: 'dup2', slot: other.id, over: slot };
    };
    const restore: Part = () => {
      if (spare === undefined) return undefined;
      return choice.has(slot) ? { op: 'dup2', slot: spare, over: slot } : { op: 'dup', slot: spare, at: slot };
    };
    const { register, modify, unregister, wait } = story.#parts();
    return [keep, register, wait, lose, wait, unregister, register, wait, wait, restore, register, modify, wait, wait];
  }

  /** Something happens that only flags asked for, and then something that events asked for. */
  static ask(choice: Choice, random: Random, slot: number): Part[] {
    const [events, flags] = random.pick([
      [EVENT_READ, OUT],
      [EVENT_READ, OUT],
      [EVENT_WRITE, IN],
      [EVENT_WRITE, RDHUP],
      [EVENT_PRIORITY, IN],
      [EVENT_PRIORITY, OUT],
    ]);
    const how: RegisterOptions[] = [{}, { oneShot: true }, { trigger: 'edge' }, { exclusive: true }];
    const story = new Story(choice, random, slot, { events, options: { ...random.pick(how), flags } });
    const { register, modify, wait, traffic } = story.#parts();
    const before: Part = () => ({ op: events === EVENT_WRITE ? 'fill' : 'drain', slot });
    return [before, register, wait, traffic, traffic, wait, modify, wait, traffic, wait];
  }

  #parts(): Record<'register' | 'modify' | 'unregister' | 'wait' | 'traffic', Part> {
    const random = this.#random;
    const call = { on: this.#on, slot: this.#slot, by: 'number' } as const;
    const data = () => random.integer(0, 999);
    const options = this.#options && { options: this.#options };
    return {
      register: () => ({ op: 'register', ...call, events: this.#events, data: data(), ...options }),
      modify: () => {
        const events = random.chance(0.5) ? this.#events : this.#choice.events();
        return { op: 'modify', ...call, events, ...(random.chance(0.5) && { data: data() }) };
      },
      unregister: () => ({ op: 'unregister', ...call }),
      wait: () => this.#wait(),
      traffic: () => {
        const slot = this.#choice.related()?.id;
        const op = random.pick(['write', 'write', 'fill', 'drain', 'urgent', 'shutdown'] as const);
        if (slot === undefined) return undefined;
        if (op === 'shutdown') return { op, slot, how: 'write' };
        return op === 'write' ? { op, slot, size: 1 } : { op, slot };
      },
    };
  }

  #wait(): Operation {
    const op = this.#random.pick(['select', 'selectEach', 'selectAsync'] as const);
    const on = this.#on;
    if (op === 'select') return { op, on, timeoutMs: this.#random.pick([0, 0, 1]) };
    if (op === 'selectEach') return { op, on, timeoutMs: 0, during: [] };
    return { op, on, timeoutMs: this.#random.pick([0, 1]), via: 'promise', during: [], end: undefined };
  }
}
