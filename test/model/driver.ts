import {
  availableBackends,
  type BaseSelector,
  EpollSelector,
  PollSelector,
  SelectSelector,
  type SelectorKey,
} from 'io-selectors';
import type { Backend } from './bits.js';
import { EpollModel } from './epoll-model.js';
import { Failure } from './failure.js';
import type { Model, Outcome } from './model.js';
import { NumberedModel } from './numbered-model.js';
import type { Sequence } from './operation.js';
import type { World } from './world.js';

export const BACKENDS = (['select', 'poll', 'epoll'] as const).filter((name) => availableBackends().includes(name));

/** A selector and its model. */
export class Driver {
  readonly backend: Backend;
  readonly selector: BaseSelector<number>;
  readonly model: Model;

  constructor(backend: Backend, world: World, { unpollable }: Pick<Sequence, 'unpollable'>) {
    this.backend = backend;
    if (backend === 'epoll') {
      this.selector = new EpollSelector<number>({ unpollable });
      this.model = new EpollModel(world, unpollable);
    } else {
      this.selector = backend === 'poll' ? new PollSelector<number>() : new SelectSelector<number>();
      this.model = new NumberedModel(world, backend);
    }
  }

  /** Makes a call and compares its outcome: success, or an error. */
  attempt(what: string, outcome: Outcome, call: () => SelectorKey<number>): SelectorKey<number> | undefined {
    let key: SelectorKey<number>;
    try {
      key = call();
    } catch (error) {
      if (error instanceof Failure) throw error;
      const code = String((error as NodeJS.ErrnoException).code);
      if (outcome.codes.includes(code)) return undefined;
      const expected = [...(outcome.ok ? ['success'] : []), ...outcome.codes].join(' or ');
      throw new Failure('error', `${this.backend}: ${what} failed with ${String(error)}, expected ${expected}`);
    }
    if (outcome.ok) return key;
    throw new Failure('error', `${this.backend}: ${what} succeeded, expected ${outcome.codes.join(' or ')}`);
  }
}
