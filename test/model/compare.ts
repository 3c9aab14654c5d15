import type { ReadyEvent, SelectorKey } from 'io-selectors';
import { type Backend, bitsOf, describeBits, describeEvents, eventsOf, UNASKED } from './bits.js';
import { Failure } from './failure.js';
import type { Bounds, Expectation } from './model.js';
import { COMPARABLE } from './truth.js';

function show({ registration: { key, file }, low, high }: Bounds): string {
  const bits = low === high ? describeBits(low) : `${describeBits(low)} to ${describeBits(high)}`;
  const what = `${file.name}, ${describeEvents(key.events)} asked, data ${key.data}`;
  return `descriptor ${key.fd} (${what}): poll says ${bits}`;
}

/** Compares an event with its bounds. `modified`: whether its key was modified after it was found. */
export function compareEvent(
  backend: Backend,
  bounds: Bounds | undefined,
  key: SelectorKey<number>,
  events: number,
  revents: number,
  modified = false,
): void {
  const what = `${backend} reported ${describeEvents(events)} (revents ${describeBits(revents)})`;
  if (bounds === undefined) throw new Failure('phantom', `${what} of descriptor ${key.fd}, which has no registration`);
  if (key !== bounds.registration.key) throw new Failure('wrong', `${what} under an old key of ${show(bounds)}`);
  if (!bounds.may && !modified) throw new Failure('phantom', `${what} of ${show(bounds)}`);
  const [least, most] = [bounds.low, bounds.high].map((bits) => eventsOf(backend, bits) & bounds.asked & key.events);
  if (events === 0 || (events & ~most) !== 0 || (least & ~events) !== 0) {
    throw new Failure('wrong', `${what} of ${show(bounds)}`);
  }
  // Bits that stand for no asked-for event may have been seen and dropped earlier in this wait.
  const [fewest, all] = backend === 'select' ? [0, 0] : [bounds.low & (bitsOf(key.events) | UNASKED), bounds.high];
  if ((revents & ~all & COMPARABLE) !== 0 || (fewest & ~revents & COMPARABLE) !== 0) {
    throw new Failure('wrong', `${what} of ${show(bounds)}`);
  }
}

export function missing(backend: Backend, bounds: Bounds): Failure {
  return new Failure('missing', `${backend} did not report ${show(bounds)}`);
}

/** Compares the events of a wait with what it may and must report. */
export function compare(backend: Backend, { bounds }: Expectation, ready: readonly ReadyEvent<number>[]): Set<Bounds> {
  const reported = new Set<Bounds>();
  for (const { key, events, revents } of ready) {
    const each = bounds.get(key.fd);
    compareEvent(backend, each, key, events, revents);
    if (each === undefined) continue;
    if (reported.has(each)) throw new Failure('wrong', `${backend} reported twice ${show(each)}`);
    reported.add(each);
  }
  for (const each of bounds.values()) if (each.must && !reported.has(each)) throw missing(backend, each);
  return reported;
}
