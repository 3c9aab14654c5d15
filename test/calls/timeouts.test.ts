import { POLLIN, select } from 'io-selectors';
import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { inThread } from '../support/threads.js';
import { writeOnceBlocked } from './late-writer.js';
import { openPoll } from './poll.js';

type Timeout = number | null | undefined;

interface Call {
  name: 'select' | 'poll';
  syscalls: string[];
  /** Prepares a wait for input on fd, which returns the ready descriptors. */
  prepare(fd: number): (timeoutMs?: Timeout) => number[];
}

const calls: Call[] = [
  {
    name: 'select',
    syscalls: ['select', 'pselect6'],
    prepare: (fd) => (timeoutMs) => select([fd], [], [], timeoutMs)[0],
  },
  {
    name: 'poll',
    syscalls: ['poll', 'ppoll'],
    prepare(fd) {
      const poll = openPoll([fd, POLLIN]);
      return (timeoutMs) => poll.wait(timeoutMs).map((entry) => entry.fd);
    },
  },
];

describe.each(calls.filter(({ name }) => name === 'select' || has.poll))('$name', ({ name, syscalls, prepare }) => {
  /** How long waits without events take. */
  function idleWaits(timeoutMs: number, count: number): number[] {
    const wait = prepare(pipe()[0]);
    return Array.from({ length: count }, () => {
      const start = performance.now();
      expect(wait(timeoutMs)).toEqual([]);
      return performance.now() - start;
    });
  }

  // poll(2) itself counts in milliseconds.
  const isRounded = name === 'poll' && !has.linuxBuild;

  test(`a wait of 0.1 ms never returns early, and is ${isRounded ? '' : 'not '}rounded up to a millisecond`, () => {
    const times = idleWaits(0.1, 1000);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(isRounded ? 1 : 0.1);
    if (!isRounded) expect(Math.min(...times)).toBeLessThan(1);
  });

  test('a wait of 3.1 ms never returns early', () => {
    expect(Math.min(...idleWaits(3.1, 100))).toBeGreaterThanOrEqual(3.1);
  });

  test.each([1e-6, 1e-9, Number.MIN_VALUE])('a wait of %d ms ends', (timeout) => {
    expect(Math.max(...idleWaits(timeout, 10))).toBeLessThan(5000);
  });

  test.each([90, 9, 0.9, 0.09, 9e-3, 9e-4, 9e-5, 9e-6, 9e-7, 1e-7])('a wait of %d ms ends, and not early', (timeout) => {
    const [elapsed] = idleWaits(timeout, 1);
    expect(elapsed).toBeGreaterThanOrEqual(timeout);
    expect(elapsed).toBeLessThan(5000);
  });

  test.each([900, 90, 9, 0.9, 0.09, 9e-3, 9e-4, 9e-5, 9e-6, 9e-7, 1e-7])(
    'a wait of %d ms reports a ready descriptor',
    (timeout) => {
      const [r, w] = pipe();
      write(w, 'x');
      expect(prepare(r)(timeout)).toEqual([r]);
    },
  );

  const LONG: Timeout[] = [
    2 ** 31 - 1,
    2 ** 31,
    2 ** 31 + 0.5,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 64,
    Number.MAX_VALUE,
    Infinity,
    null,
    undefined,
  ];

  test.each(LONG)('a wait of %s ms lasts until there is data', async (timeout) => {
    const [r, w] = pipe();
    const wait = prepare(r);
    await writeOnceBlocked(w, ...syscalls);
    expect(wait(timeout)).toEqual([r]);
  });

  test.each(LONG)('a wait of %s ms in a thread lasts until there is data', async (timeout) => {
    const [r, w] = pipe();
    const { result, blockedIn } = await inThread({ r, timeout, name }, ({ Poll, select }, { r, timeout, name }) => {
      if (name === 'select') return select([r], [], [], timeout)[0];
      const poll = new Poll();
      poll.register(r, 1);
      return poll.wait(timeout).map(({ fd }) => fd);
    });
    await blockedIn(...syscalls);
    write(w, 'x');
    expect(await result).toEqual([r]);
  });

  test('a wait without a timeout lasts until there is data', async () => {
    const [r, w] = pipe();
    const wait = prepare(r);
    await writeOnceBlocked(w, ...syscalls);
    expect(wait()).toEqual([r]);
  });

  test('NaN is refused', () => {
    const [r, w] = pipe();
    write(w, 'x');
    expectError(() => prepare(r)(NaN), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test('a wait in a worker, which consists of slices, never returns early', async () => {
    const { result } = await inThread({ r: pipe()[0], name }, ({ Poll, select }, { r, name }) => {
      const poll = name === 'poll' ? new Poll() : undefined;
      poll?.register(r, 1);
      return [49.9, 50, 50.1, 120.3].map((timeout) => {
        const start = performance.now();
        const found = poll?.wait(timeout) ?? select([r], [], [], timeout)[0];
        return found.length === 0 ? performance.now() - start - timeout : -1;
      });
    });
    expect(Math.min(...(await result))).toBeGreaterThanOrEqual(0);
  });
});

test.runIf(has.poll).each([-0.1, -1, -2, -(2 ** 31), -(2 ** 32), -Infinity])(
  'poll with a timeout of %d ms waits until there is data',
  async (timeout) => {
    const [r, w] = pipe();
    const poll = openPoll([r, POLLIN]);
    await writeOnceBlocked(w, 'poll', 'ppoll');
    expect(poll.wait(timeout)).toEqual([{ fd: r, revents: POLLIN }]);
  },
);

test.runIf(has.poll).each([2 ** 31, 2 ** 32, 2 ** 64])('poll waits for data with a timeout of %d ms, more than an int holds', async (timeout) => {
  const [r, w] = pipe();
  const poll = openPoll([r, POLLIN]);
  await writeOnceBlocked(w, 'poll', 'ppoll');
  expect(poll.wait(timeout)).toEqual([{ fd: r, revents: POLLIN }]);
});
