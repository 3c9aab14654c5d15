import { Epoll, EpollEventList, EpollSelector, EVENT_READ, Poll, PollSelector, SelectSelector } from 'io-selectors';
import * as fd from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { thrownBy } from '../support/errors.js';

const NO_EPOLL = `this system has no epoll: use ${has.poll ? 'poll or select' : 'select'}`;

/** What only some systems have, and the words that its error says what to use in its place. */
const CALLS: [name: keyof typeof has, call: () => unknown, message: string][] = [
  ['eventfd', () => fd.eventfd(), 'only Linux has eventfd: use a pipe, or socketPair on Windows'],
  ['timerfd', () => fd.timerfd({ delayMs: 1 }), 'only Linux has timerfd: use the timeout of the wait'],
  ['pidfd', () => fd.pidfd(process.pid), 'only Linux from 5.3 on has pidfd_open: use the events of child_process'],
  ['pipe', () => fd.pipe(), 'Windows has no pipes that can be waited on: use socketPair'],
  ['dup2', () => fd.dup2(0, 1), 'Windows has no dup2(2), as sockets have no numbers to choose: use dup'],
  ['getBlocking', () => fd.getBlocking(0), 'Windows does not tell whether a socket blocks: use setBlocking'],
  ['signals', () => fd.signals(['SIGINT']), 'Windows has no sigaction(2): use process.on'],
  ['descriptorLimit', () => fd.getDescriptorLimit(), 'Windows'],
  ['descriptorLimit', () => fd.setDescriptorLimit(10), 'Windows'],
  ['poll', () => new Poll(), 'this system has no poll: use select'],
  ['poll', () => new PollSelector(), 'select'],
  ['epoll', () => new Epoll(), NO_EPOLL],
  ['epoll', () => new EpollEventList(1), NO_EPOLL],
  ['epoll', () => new EpollSelector(), 'select'],
  ['epoll', () => edgeTriggered(), 'only epoll has it'],
];

function edgeTriggered(): void {
  owned(new SelectSelector()).register(pipe()[0], EVENT_READ, undefined, { trigger: 'edge' });
}

describe.runIf(CALLS.some(([name]) => !has[name]))('where the system lacks it,', () => {
  test.each(CALLS.filter(([name]) => !has[name]))('%s says so and what to use: %s', (_, call, message) => {
    expect(thrownBy(call)).toMatchObject({ code: 'ERR_NOT_SUPPORTED', message: expect.stringContaining(message) });
  });
});
