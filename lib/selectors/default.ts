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

/**
 * Best first. The cost of a wait depends on what is ready with epoll, on what is registered with the others, and
 * select has the smallest sets.
 */
const SELECTORS: [Backend, SelectorConstructor][] = [
  ['epoll', EpollSelector],
  ['poll', PollSelector],
  ['select', SelectSelector],
];

/** The back ends that work on this machine, best first. Each was tried, not assumed. */
export function availableBackends(): Backend[] {
  return SELECTORS.filter(([, Selector]) => works(Selector)).map(([backend]) => backend);
}

/** Opens one, makes a wait that does not block, and closes it: a sandbox may refuse calls that the system has. */
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
 * IO_SELECTORS_BACKEND=select|poll|epoll overrides the choice. It is made once, when the package is loaded; loading
 * fails with ERR_NOT_SUPPORTED if the name is unknown or the back end not available.
 */
export const DefaultSelector = choose();
export type DefaultSelector<D = unknown> = BaseSelector<D>;
