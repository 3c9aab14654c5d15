import { availableBackends, DefaultSelector, EVENT_WRITE } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { type Ended, startNode } from '../support/processes.js';
import { expectReady } from '../support/selectors.js';

const available = availableBackends();
const REPORT = `
const { DefaultSelector, availableBackends } = await import('io-selectors');
const selector = new DefaultSelector();
console.log(JSON.stringify([selector.backend, DefaultSelector.name, availableBackends()]));
selector.close();
`;

/** Runs in a child, as the choice is made once, when the package is loaded. */
function withBackend(backend: string | undefined, source = REPORT): Promise<Ended> {
  return startNode(source, { IO_SELECTORS_BACKEND: backend }).ended;
}

/** The same with an addon that lacks these calls. */
const lacking = (...calls: string[]) => `
const { native } = await import('./dist/core/binding.js');
for (const call of ${JSON.stringify(calls)}) delete native[call];
${REPORT}`;

const CLASSES = { select: 'SelectSelector', poll: 'PollSelector', epoll: 'EpollSelector' };

describe('availableBackends', () => {
  test('lists the best first, and always has select', () => {
    expect(available).toEqual(['epoll', 'poll', 'select'].filter((name) => (available as string[]).includes(name)));
    expect(available).toContain('select');
    expect(availableBackends()).not.toBe(available);
  });

  test.runIf(has.descriptorLimit)('tries each: without a free descriptor epoll is not available', async () => {
    const { stdout } = await startNode(`
      import { openSync } from 'node:fs';
      import { availableBackends } from 'io-selectors';
      import { setDescriptorLimit } from 'io-selectors/fd';
      setDescriptorLimit(64);
      const before = availableBackends();
      try {
        for (;;) openSync('/dev/null');
      } catch (error) {
        console.log(JSON.stringify([error.code, before, availableBackends()]));
      }
    `).ended;
    const without = available.filter((backend) => backend !== 'epoll');
    expect(JSON.parse(stdout)).toEqual(['EMFILE', available, without]);
  });
});

describe('DefaultSelector', () => {
  test('is a selector that works', () => {
    const selector = owned(new DefaultSelector<string>());
    const key = selector.register(pipe()[1], EVENT_WRITE, 'data');
    expectReady(selector, [[key, EVENT_WRITE]]);
  });

  test.each([undefined, ''])('is the best available if IO_SELECTORS_BACKEND is %j', async (value) => {
    const { stdout } = await withBackend(value);
    expect(JSON.parse(stdout)).toEqual([available[0], CLASSES[available[0]], available]);
  });

  test.each(available)('is the one that IO_SELECTORS_BACKEND=%s names', async (backend) => {
    const { stdout } = await withBackend(backend);
    expect(JSON.parse(stdout)).toEqual([backend, CLASSES[backend], available]);
  });

  test.each(['kqueue', 'EPOLL'])('IO_SELECTORS_BACKEND=%s names no back end and makes loading fail', async (backend) => {
    const { code, stderr } = await withBackend(backend);
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_NOT_SUPPORTED');
    expect(stderr).toContain(`IO_SELECTORS_BACKEND=${backend}`);
    expect(stderr).toContain(available.join(', '));
  });

  test.each([
    ['epoll', ['epollCreate', 'epollCtl', 'epollWait']],
    ['poll', ['poll']],
  ])('IO_SELECTORS_BACKEND=%s on a system without it makes loading fail', async (backend, calls) => {
    const { code, stderr } = await withBackend(backend, lacking(...calls));
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_NOT_SUPPORTED');
    expect(stderr).toContain(`IO_SELECTORS_BACKEND=${backend}`);
  });

  test.each([
    [['epollCreate', 'epollCtl', 'epollWait'], ['poll', 'select']],
    [['epollCreate', 'epollCtl', 'epollWait', 'poll'], ['select']],
  ])('without the calls %j, %j are available and the first is chosen', async (calls, expected) => {
    const { stdout } = await withBackend(undefined, lacking(...calls));
    const rest = expected.filter((backend) => (available as string[]).includes(backend));
    const [backend, , backends] = JSON.parse(stdout);
    expect([backend, backends]).toEqual([rest[0], rest]);
  });

  test('a back end that the system lacks says so when it is made', async () => {
    const { stdout } = await withBackend(undefined, `
      const { native } = await import('./dist/core/binding.js');
      for (const call of ['epollCreate', 'epollCtl', 'epollWait', 'poll']) delete native[call];
      const { EpollSelector, PollSelector } = await import('io-selectors');
      for (const Selector of [EpollSelector, PollSelector]) {
        try {
          new Selector();
        } catch ({ code, message }) {
          console.log(code, message.includes('select'));
        }
      }
    `);
    expect(stdout).toBe('ERR_NOT_SUPPORTED true\n'.repeat(2));
  });
});
