import { eventfd, pidfd, timerfd } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { thrownBy } from '../support/errors.js';

/** What only some systems have, and the words that its error says what to use in its place. */
const CALLS: [name: 'eventfd' | 'timerfd' | 'pidfd', call: () => unknown, message: string][] = [
  ['eventfd', () => eventfd(), 'only Linux has eventfd: use a pipe'],
  ['timerfd', () => timerfd({ delayMs: 1 }), 'only Linux has timerfd: use the timeout of the wait'],
  ['pidfd', () => pidfd(process.pid), 'only Linux from 5.3 on has pidfd_open: use the events of child_process'],
];

describe.runIf(CALLS.some(([name]) => !has[name]))('where the system lacks it,', () => {
  test.each(CALLS.filter(([name]) => !has[name]))('%s says so and what to use', (_, call, message) => {
    expect(thrownBy(call)).toMatchObject({
      code: 'ERR_NOT_SUPPORTED',
      message: expect.stringContaining(message),
    });
  });
});
