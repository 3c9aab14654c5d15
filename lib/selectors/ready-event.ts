import type { SelectorKey } from './key.js';

/** A descriptor that is ready. */
export interface ReadyEvent<D> {
  /** The registration: the very object that `register()` or `modify()` returned. */
  readonly key: SelectorKey<D>;
  /** EVENT_* bits: at least one, and only bits that were asked for. */
  readonly events: number;
  /** What the kernel returned: POLL* or EPOLL* bits, unsigned; 0 with select, which returns no mask. */
  readonly revents: number;
}
