import { checkFdSetSize } from '../calls/select.js';
import { checkBoolean, checkMask, readOptions } from '../core/check.js';
import { invalidType, notSupported, outOfRange } from '../core/errors.js';

/** How a descriptor is watched, beyond the events asked for. */
export interface RegisterOptions {
  /**
   * `'level'` (default): reported as long as it is ready. `'edge'`: reported when it becomes ready; only where
   * `features.edge`.
   */
  trigger?: 'level' | 'edge';
  /** Disarmed after one event, until `modify()`; only where `features.oneShot`. */
  oneShot?: boolean;
  /**
   * EPOLLEXCLUSIVE: of several epolls that watch the same file, wake one or more, not all; only where
   * `features.exclusive`.
   */
  exclusive?: boolean;
  /** Further bits for the system call, passed on as they are: EPOLLRDHUP, EPOLLWAKEUP, POLLRDHUP and others. */
  flags?: number;
}

/** What a back end can do. */
export interface Features {
  readonly edge: boolean;
  readonly oneShot: boolean;
  readonly exclusive: boolean;
  /** Whether regular files can be registered. */
  readonly regularFiles: boolean;
  /** The highest descriptor that can be registered; Infinity where there is no limit. */
  readonly maxFd: number;
}

export interface SelectorOptions {
  /**
   * What happens when a signal interrupts a wait (EINTR): `'resume'` (default) waits for the rest of the time,
   * `'return'` returns no events, `'throw'` throws EINTR.
   */
  onInterrupt?: 'resume' | 'return' | 'throw';
  /**
   * What happens to files that epoll refuses with EPERM, such as regular files and /dev/null: `'throw'` (default)
   * throws that, `'ready'` reports them ready at every wait, as select and poll do.
   */
  unpollable?: 'throw' | 'ready';
  /**
   * SelectSelector only: how many descriptors its sets hold, from 1; default FD_SETSIZE. No effect on Windows, where
   * they hold any number of sockets.
   */
  fdSetSize?: number;
}

/** SelectorOptions, checked, with the defaults. */
export interface CheckedSelectorOptions {
  readonly onInterrupt: 'resume' | 'return' | 'throw';
  readonly unpollable: 'throw' | 'ready';
  readonly fdSetSize: number;
}

/** RegisterOptions, checked, with the defaults. */
export interface CheckedRegisterOptions {
  readonly edge: boolean;
  readonly oneShot: boolean;
  readonly exclusive: boolean;
  readonly flags: number;
}

/** What a registration without options gets. */
export const PLAIN: CheckedRegisterOptions = Object.freeze({ edge: false, oneShot: false, exclusive: false, flags: 0 });

/** Reads each option once. */
export function checkSelectorOptions(options: SelectorOptions | undefined): CheckedSelectorOptions {
  const names = ['onInterrupt', 'unpollable', 'fdSetSize'] as const;
  const { onInterrupt = 'resume', unpollable = 'throw', fdSetSize } = readOptions(options, names);
  return {
    onInterrupt: checkChoice(onInterrupt, 'options.onInterrupt', ['resume', 'return', 'throw']),
    unpollable: checkChoice(unpollable, 'options.unpollable', ['throw', 'ready']),
    fdSetSize: checkFdSetSize(fdSetSize),
  };
}

/** Reads each option once. */
export function checkRegisterOptions(options: RegisterOptions | undefined, features: Features): CheckedRegisterOptions {
  if (options === undefined) return PLAIN;
  const names = ['trigger', 'oneShot', 'exclusive', 'flags'] as const;
  const { trigger = 'level', oneShot = false, exclusive = false, flags = 0 } = readOptions(options, names);
  const checked = {
    edge: checkChoice(trigger, 'options.trigger', ['level', 'edge']) === 'edge',
    oneShot: checkBoolean(oneShot, 'options.oneShot'),
    exclusive: checkBoolean(exclusive, 'options.exclusive'),
    flags: checkMask(flags, 'options.flags'),
  };
  for (const feature of ['edge', 'oneShot', 'exclusive'] as const) {
    if (checked[feature] && !features[feature]) {
      const name = feature === 'edge' ? "trigger: 'edge'" : `${feature}: true`;
      throw notSupported(`{ ${name} } is not supported here: only epoll has it`);
    }
  }
  return checked;
}

function checkChoice<T extends string>(value: T, name: string, choices: readonly T[]): T {
  const expected = choices.map((choice) => `'${choice}'`).join(' or ');
  if (typeof value !== 'string') throw invalidType(name, expected, value);
  if (!choices.includes(value)) throw outOfRange(name, expected, value);
  return value;
}
