import { notSupported } from '../core/errors.js';
import type { BaseSelector } from './base.js';
import { EpollSelector } from './epoll.js';
import type { SelectorOptions } from './options.js';
import { PollSelector } from './poll.js';
import { SelectSelector } from './select.js';

type Backend = BaseSelector['backend'];

interface SelectorConstructor {
  new <D = unknown>(options?: SelectorOptions): BaseSelector<D>;
}

/** Best first: epoll's waits cost what is ready, the others' what is registered, and select has the smallest sets. */
const SELECTORS: [Backend, SelectorConstructor][] = [
  ['epoll', EpollSelector],
  ['poll', PollSelector],
  ['select', SelectSelector],
];

/** The back ends that work on this machine, best first. Each was tried, not assumed. */
export function availableBackends(): Backend[] {
  return SELECTORS.filter(([, Selector]) => works(Selector)).map(([backend]) => backend);
}

/** Opens one, waits without blocking, and closes it: sandboxes refuse system calls that the system has. */
function works(Selector: SelectorConstructor): boolean {
  try {
    const selector = new Selector();
    try {
      selector.select(0);
    } finally {
      selector.close();
    }
    return true;
  } catch {
    return false;
  }
}

function choose(): SelectorConstructor {
  const wanted = process.env.IO_SELECTORS_BACKEND;
  if (wanted === undefined || wanted === '') {
    const best = SELECTORS.find(([, Selector]) => works(Selector));
    if (best === undefined) throw notSupported('neither epoll nor poll nor select works here');
    return best[1];
  }
  const chosen = SELECTORS.find(([backend]) => backend === wanted);
  if (chosen === undefined || !works(chosen[1])) {
    const available = availableBackends().join(', ');
    throw notSupported(`IO_SELECTORS_BACKEND=${wanted} is not available: choose one of ${available}`);
  }
  return chosen[1];
}

/**
 * The best selector that works on this machine: epoll, else poll, else select. The environment variable
 * IO_SELECTORS_BACKEND=select|poll|epoll overrides the choice, which is made once, when the package is
 * loaded; a name that is unknown or not available makes loading fail with ERR_NOT_SUPPORTED.
 */
export const DefaultSelector = choose();
export type DefaultSelector<D = unknown> = BaseSelector<D>;
