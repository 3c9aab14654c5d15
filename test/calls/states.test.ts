import { describeMask, Epoll, Poll, POLLIN, POLLOUT, POLLPRI, POLLRDHUP, select, type SystemError } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned } from '../support/descriptors.js';
import { states } from './states.js';

const EVENTS = POLLIN | POLLPRI | POLLOUT | POLLRDHUP;

function words(mask: number, family: 'poll' | 'epoll'): string {
  return mask === 0 ? '-' : describeMask(mask, family).replaceAll(family.toUpperCase(), '');
}

/** Without what this system cannot report. */
function known(events: string): string {
  return has.rdhup ? events : events.replace(/(^|\|)RDHUP/, '') || '-';
}

/** What a call returns, or the code of the error that it throws. */
function outcome(call: () => string): string {
  try {
    return call();
  } catch (error) {
    return (error as SystemError).code;
  }
}

function polled(fd: number, events: number): string {
  const poll = owned(new Poll());
  poll.register(fd, events);
  return words(poll.wait(0)[0]?.revents ?? 0, 'poll');
}

describe.runIf(has.poll)('poll', () => {
  test.each(states)('%s', (_name, make, events, withoutEvents) => {
    const fd = make();
    expect([polled(fd, EVENTS), polled(fd, 0)]).toEqual([known(events), withoutEvents]);
  });
});

describe.runIf(has.epoll)('epoll', () => {
  test.each(states)('%s', (_name, make, _events, _withoutEvents, expected) => {
    const epoll = owned(new Epoll());
    const fd = make();
    const seen = outcome(() => {
      epoll.register(fd, EVENTS);
      return words(epoll.wait(0)[0]?.events ?? 0, 'epoll');
    });
    expect(seen).toBe(expected);
  });
});

describe('select', () => {
  test.each(states)('%s', (_name, make, _events, _withoutEvents, _epoll, expected) => {
    const fd = make();
    const seen = outcome(() => {
      const ready = select([fd], [fd], [fd], 0);
      return ['r', 'w', 'x'].filter((_, i) => ready[i].length > 0).join('') || '-';
    });
    expect(seen).toBe(expected);
  });
});
