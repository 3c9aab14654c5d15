import { openSync } from 'node:fs';
import { Server } from 'node:net';
import { select } from 'io-selectors';
import { close, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { ownedFd, pipe } from '../support/descriptors.js';
import { errnoOf, expectError, thrownBy } from '../support/errors.js';
import { closedFd, closedFdPastTable } from '../support/files.js';
import { highPipe } from '../support/high-descriptors.js';
import { descriptorTableSize } from '../support/witness.js';

const O_PATH = 0o10000000;

/** select() called as from plain JavaScript. */
const call = select as (...args: unknown[]) => unknown;

const NO_DESCRIPTOR: [form: string, file: unknown][] = [
  ["'3'", '3'],
  ['true', true],
  ['3n', 3n],
  ['null', null],
  ['undefined', undefined],
  ['a symbol', Symbol('fd')],
  ['an object without a descriptor', {}],
  ['an array', [3]],
  ['a function', () => 3],
  ['a string as fd', { fd: '3' }],
  ['a string from fileno()', { fileno: () => '3' }],
  ['nothing from fileno()', { fileno: () => undefined }],
  ['a server that does not listen', new Server()],
];

const OUT_OF_RANGE = [-1, -10, 0.5, NaN, Infinity, 2 ** 31, 2 ** 32, { fd: -1 }, { fileno: () => 1.5 }];

describe('arguments', () => {
  // With a closed descriptor in another list: had the kernel been asked, the error would be EBADF.
  test.each(NO_DESCRIPTOR)('%s in a list is of the wrong type', (_form, file) => {
    const closed = closedFd();
    expectError(() => call([closed, file], [], [], 0), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    expectError(() => call([closed], [file], [], 0), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    expectError(() => call([closed], [], [file], 0), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test.each(OUT_OF_RANGE)('%o in a list is out of range', (file) => {
    const closed = closedFd();
    expectError(() => call([closed, file], [], [], 0), 'ERR_OUT_OF_RANGE', { type: RangeError });
    expectError(() => call([closed], [file], [], 0), 'ERR_OUT_OF_RANGE', { type: RangeError });
    expectError(() => call([closed], [], [file], 0), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test.each([[1, 2, 3], [null, [], []], [[], undefined, []], [[], [], {}], ['12', [], []]])(
    'the lists %o, %o and %o are not all iterable objects',
    (...lists) => {
      expectError(() => call(...lists, 0), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    },
  );

  test.each(['not a number', '10', {}, [], true, 10n])('a timeout of %o is of the wrong type', (timeout) => {
    expectError(() => call([closedFd()], [], [], timeout), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test.each([NaN, -1, -0.1, -1e-100, -Infinity])('a timeout of %d is out of range', (timeout) => {
    expectError(() => select([closedFd()], [], [], timeout), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test.each([5, 'options', null, []])('options %o are of the wrong type', (options) => {
    expectError(() => call([closedFd()], [], [], 0, options), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test.each(['1024', true, 1024n, null, {}])('a set size %o is of the wrong type', (fdSetSize) => {
    expectError(() => call([closedFd()], [], [], 0, { fdSetSize }), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });

  test.each([0, -1, 1.5, NaN, Infinity, 2 ** 31])('a set size of %d is out of range', (fdSetSize) => {
    expectError(() => select([closedFd()], [], [], 0, { fdSetSize }), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test('an error thrown by a file object passes through', () => {
    const error = new Error('no descriptor today');
    const file = {
      fileno(): number {
        throw error;
      },
    };
    expect(thrownBy(() => select([file], [], [], 0))).toBe(error);
  });
});

describe.runIf(has.fdSetSize)('descriptors past the set', () => {
  test.each([1024, 60_000, 2 ** 31 - 1])('%i is refused, open or not, with an error that names the ways out', (fd) => {
    for (const lists of [[[fd], [], []], [[], [fd], []], [[], [], [{ fd }]]] as const) {
      const refused = () => select(lists[0], lists[1], lists[2], 0);
      expectError(refused, 'ERR_FD_SETSIZE', { type: RangeError });
      expect(refused).toThrow(/poll.*fdSetSize/);
    }
  });

  test('a smaller set refuses what is past it', () => {
    const [r] = pipe();
    expectError(() => select([r], [], [], 0, { fdSetSize: r }), 'ERR_FD_SETSIZE', { type: RangeError });
    expect(select([r], [], [], 0, { fdSetSize: r + 1 })).toEqual([[], [], []]);
  });

  test('they are refused before the kernel looks at the others', () => {
    expectError(() => select([closedFd()], [1024], [], 0), 'ERR_FD_SETSIZE', { type: RangeError });
  });
});

describe('descriptors that are not open', () => {
  test("one to read from fails with EBADF, in an error shaped like Node's own", () => {
    const fd = closedFd();
    const error = thrownBy(() => select([fd], [], [], 0));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: 'EBADF', errno: errnoOf('EBADF'), syscall: 'select', fd });
    expect(error).toHaveProperty('message', 'EBADF: bad file descriptor, select');
  });

  test.runIf(has.pathFlag)('one beside a descriptor opened with O_PATH is the one that EBADF names', () => {
    const path = ownedFd(openSync('/', O_PATH));
    // The kernel is not asked if the highest one is closed.
    const [fd, highest] = highPipe().toSorted((a, b) => a - b);
    close(fd);
    expectError(() => select([path, fd, highest], [], [], 0), 'EBADF', { syscall: 'select', fd });
  });

  test('one to write to fails with EBADF', () => {
    const fd = closedFd();
    expectError(() => select([], [fd], [], 0), 'EBADF', { syscall: 'select', fd });
  });

  test('one to watch for exceptions fails with EBADF', () => {
    const fd = closedFd();
    expectError(() => select([], [], [fd], 0), 'EBADF', { syscall: 'select', fd });
  });

  test('one among others that are ready fails with EBADF and changes no list', () => {
    const [r, w] = pipe();
    write(w, 'x');
    const fd = closedFd();
    const lists = [[r, fd], [w], []] as const;
    expectError(() => select(...lists, 0), 'EBADF', { syscall: 'select', fd });
    expect(lists).toEqual([[r, fd], [w], []]);
  });

  test('one below the highest open descriptor fails with EBADF', () => {
    const [r, w] = highPipe();
    const lower = Math.min(r, w);
    close(lower);
    expectError(() => select([r], [w], [], 0), 'EBADF', { syscall: 'select', fd: lower });
  });

  test.runIf(has.proc)('one past the descriptor table, which the kernel ignores, fails with EBADF', () => {
    const [, w] = pipe();
    const fd = closedFdPastTable();
    expect(fd).toBeGreaterThanOrEqual(descriptorTableSize());
    const options = { fdSetSize: fd + 1 };
    expectError(() => select([fd], [fd], [fd], 100, options), 'EBADF', { syscall: 'select', fd });
    expectError(() => select([], [w], [fd], 100, options), 'EBADF', { syscall: 'select', fd });
  });
});
