import * as fd from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { pipe } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { syscalls } from '../support/syscalls.js';
import { openDescriptors } from '../support/witness.js';

const TYPE = ['ERR_INVALID_ARG_TYPE', TypeError] as const;
const RANGE = ['ERR_OUT_OF_RANGE', RangeError] as const;

const notFds = [
  ...['3', true, 3n, null, undefined, {}, { fd: 3 }, [3]].map((value) => [value, ...TYPE] as const),
  ...[-1, 1.5, NaN, Infinity, 2 ** 31].map((value) => [value, ...RANGE] as const),
];
const notBuffers = [1, null, undefined, true, {}, [1], new ArrayBuffer(1), new Uint16Array(1)].map(
  (value) => [value, ...TYPE] as const,
);
const notBooleans = [0, 1, 'true', null, undefined, {}].map((value) => [value, ...TYPE] as const);

function call(name: keyof typeof fd, args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(fd, name), undefined, args);
}

const ONE = new Uint8Array(1);
type Row = readonly [value: unknown, code: string, type: ErrorConstructor];
const notPipeOptions = [null, true, 1, 'x', [], { blocking: 1 }, { blocking: null }];

const rows: [name: keyof typeof fd, position: number, args: unknown[], bad: Row[]][] = [
  ['read', 0, [undefined, ONE], notFds],
  ['read', 1, [0], [...notBuffers, ['text', ...TYPE]]],
  ['write', 0, [undefined, ONE], notFds],
  ['write', 1, [1], notBuffers],
  ['close', 0, [], notFds],
  ['dup', 0, [], notFds],
  ['dup2', 0, [undefined, 0], notFds],
  ['dup2', 1, [0], notFds],
  ['getBlocking', 0, [], notFds],
  ['setBlocking', 0, [undefined, true], notFds],
  ['setBlocking', 1, [0], notBooleans],
  ['pipe', 0, [], notPipeOptions.map((value) => [value, ...TYPE] as const)],
  ['setDescriptorLimit', 0, [], [
    ...['100', true, 100n, null, undefined, {}].map((value) => [value, ...TYPE] as const),
    ...[-1, 1.5, NaN, -Infinity, 2 ** 53].map((value) => [value, ...RANGE] as const),
  ]],
];

describe.runIf(has.fileDescriptors).each(rows)('%s, argument %i', (name, position, others, bad) => {
  test.each(bad)('must not be %o: %s', (value, code, type) => {
    const args = [...others];
    args[position] = value;
    const before = openDescriptors().get(0);
    expectError(() => call(name, args), code, { type });
    // As an int, NaN and 2^32 are 0: standard input.
    expect(openDescriptors().get(0)).toBe(before);
  });
});

// Below and above the size of this process's descriptor table.
describe.runIf(has.fileDescriptors).each([991, 2 ** 31 - 1])('a descriptor that is not open, %i', (number) => {
  test.each<[keyof typeof fd, string, unknown[]]>([
    ['read', 'read', [ONE]],
    ['write', 'write', ['x']],
    ['close', 'close', []],
    ['dup', 'fcntl', []],
    ['dup2', syscalls.dup2, [992]],
    ['getBlocking', 'fcntl', []],
    ['setBlocking', 'fcntl', [true]],
  ])('makes %s fail with EBADF', (name, syscall, more) => {
    expectError(() => call(name, [number, ...more]), 'EBADF', { syscall, fd: number });
  });
});

test.runIf(has.fileDescriptors)("an error says which call failed and why, as Node's own do", () => {
  const [r, w] = pipe();
  fd.close(r);
  const error = thrownBy(() => fd.write(w, 'x'));
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    message: 'EPIPE: broken pipe, write',
    code: 'EPIPE',
    errno: -32,
    syscall: 'write',
    fd: w,
  });
});

// Runs in children: passed as text.
function failureOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'none';
  } catch (error) {
    const { code, syscall }: NodeJS.ErrnoException = Object(error);
    return `${code} ${syscall}`;
  }
}

describe.runIf(has.fileDescriptors)('the limit of descriptors', () => {
  test("is the kernel's, and can be lowered and raised again", async () => {
    const { hard, steps } = await inChild(null, (io) => {
      const { readFileSync } = process.getBuiltinModule('node:fs');
      const limits = (): unknown => {
        const [, ...numbers] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))!;
        return { ours: io.fd.getDescriptorLimit(), kernel: { soft: Number(numbers[0]), hard: Number(numbers[1]) } };
      };
      const most = io.fd.getDescriptorLimit().hard;
      const found = [most, 100, most, most - 1].map((soft) => {
        io.fd.setDescriptorLimit(soft);
        return limits();
      });
      return { hard: most, steps: found };
    });
    const expected = [hard, 100, hard, hard - 1].map((soft) => ({ ours: { soft, hard }, kernel: { soft, hard } }));
    expect(steps).toEqual(expected);
  });

  test('cannot be raised above the hard limit', async () => {
    const { failures, before, after } = await inChild(
      null,
      (io) => {
        const limit = io.fd.getDescriptorLimit();
        const all = [limit.hard + 1, Number.MAX_SAFE_INTEGER, Infinity].map((soft) =>
          failureOf(() => io.fd.setDescriptorLimit(soft)),
        );
        return { failures: all, before: limit, after: io.fd.getDescriptorLimit() };
      },
      { using: [failureOf] },
    );
    expect(failures).toEqual(['EINVAL setrlimit', 'EINVAL setrlimit', 'EINVAL setrlimit']);
    expect(after).toEqual(before);
  });

  test('makes calls fail with EMFILE, while open descriptors stay usable', async () => {
    const result = await inChild(
      null,
      (io) => {
        const [r, w] = io.fd.pipe();
        io.fd.setDescriptorLimit(r);
        const { has, syscalls } = io;
        const calls: [isThere: boolean, syscall: string, call: () => unknown][] = [
          [true, syscalls.pipe, () => io.fd.pipe()],
          [true, 'fcntl', () => io.fd.dup(r)],
          [has.eventfd, 'eventfd', () => io.fd.eventfd()],
          [has.timerfd, 'timerfd_create', () => io.fd.timerfd({ delayMs: 0 })],
          [has.pidfd, 'pidfd_open', () => io.fd.pidfd(process.pid)],
          [true, 'socket', () => new io.socket.Socket()],
          [true, 'socketpair', () => io.socket.socketPair()],
        ];
        const failures = calls
          .filter(([isThere]) => isThere)
          .map(([, syscall, call]) => ({ syscall, told: failureOf(call) }))
          .filter(({ syscall, told }) => told !== `EMFILE ${syscall}`);
        return { failures, written: io.fd.write(w, 'x'), read: io.fd.read(r, new Uint8Array(1)) };
      },
      { using: [failureOf] },
    );
    expect(result).toEqual({ failures: [], written: 1, read: 1 });
  });
});
