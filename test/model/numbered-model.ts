import type { RegisterOptions } from 'io-selectors';
import { ALL_EVENTS, eventsOf, UNASKED } from './bits.js';
import { type Bounds, Model, type Registration } from './model.js';
import type { Truth } from './truth.js';
import type { World } from './world.js';

/** select and poll: the kernel sees only numbers, and what they refer to at the time of the wait. */
export class NumberedModel extends Model {
  readonly backend: 'select' | 'poll';

  constructor(world: World, backend: 'select' | 'poll') {
    super(world);
    this.backend = backend;
  }

  override options(given: RegisterOptions | undefined): RegisterOptions | undefined {
    const { flags } = given ?? {};
    return this.backend === 'poll' && flags !== undefined ? { flags: flags & 0xffff } : undefined;
  }

  protected override bounds(registration: Registration, before: Truth, after: Truth): Bounds {
    const { key, mask, file } = registration;
    const [first, second] = [before.ofNumber(key.fd), after.ofNumber(key.fd)];
    // select answers for each set, and several bits make a descriptor ready in one of them.
    const filter = this.backend === 'select' ? 0xffff : mask | UNASKED;
    const low = first & second & filter;
    const high = (first | second) & filter;
    return {
      registration,
      must: (eventsOf(this.backend, low) & key.events) !== 0,
      may: (eventsOf(this.backend, high) & key.events) !== 0,
      asked: this.backend === 'select' ? key.events : ALL_EVENTS,
      low,
      high,
      activity: file.activity,
    };
  }

  protected override closed(): number[] {
    return [...this.registrations.keys()].filter((fd) => this.world.fileAt(fd) === undefined);
  }
}
