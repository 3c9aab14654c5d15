import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fd from 'io-selectors/fd';
import { close, dup, dup2, getBlocking, read, setBlocking, write } from 'io-selectors/fd';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { fill, ownedFd, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { syscalls } from '../support/syscalls.js';
import { inThread } from '../support/threads.js';
import { openDescriptors } from '../support/witness.js';

/** Too high to be taken by tests in other threads. */
const HIGH = 990;

/** What one read from a descriptor returns. */
function text(number: number): string {
  const buffer = Buffer.alloc(100);
  return buffer.toString('utf8', 0, read(number, buffer) ?? 0);
}

async function emptyFile(): Promise<{ path: string; fd: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'io-selectors-'));
  const path = join(directory, 'file');
  const handle = await openFile(path, 'w+');
  onTestFinished(async () => {
    await handle.close();
    rmSync(directory, { recursive: true });
  });
  return { path, fd: handle.fd };
}

describe.runIf(has.fileDescriptors)('a pipe', () => {
  test('carries bytes one way, text as UTF-8', () => {
    const [r, w] = pipe();
    expect(write(w, 'grüße')).toBe(7);
    expect(write(w, Uint8Array.of(33, 33))).toBe(2);
    expect(text(r)).toBe('grüße!!');
    expect(openDescriptors().get(r)).toMatch(/^pipe:/);
    expect(openDescriptors().get(r)).toBe(openDescriptors().get(w));
  });

  test('is read into the given part of a buffer', () => {
    const [r, w] = pipe();
    write(w, 'abcdef');
    const buffer = Buffer.from('..........');
    expect(read(r, buffer.subarray(2, 5))).toBe(3);
    expect(buffer.toString()).toBe('..abc.....');
    expect(text(r)).toBe('def');
  });

  test('gives null to a read while it is empty, and to a write while it is full', () => {
    const [r, w] = pipe();
    expect(read(r, new Uint8Array(1))).toBeNull();
    fill(w);
    expect(write(w, 'x')).toBeNull();
  });

  test('takes as much of a write as fits', () => {
    const [r, w] = pipe();
    const size = fill(w);
    const data = Buffer.alloc(size / 2);
    expect(read(r, data)).toBe(data.length);
    expect(write(w, Buffer.alloc(size))).toBe(data.length);
  });

  test('accepts empty reads and writes', () => {
    const [r, w] = pipe();
    expect(write(w, '')).toBe(0);
    expect(read(r, new Uint8Array(0))).toBe(0);
    expect(read(r, new Uint8Array(1))).toBeNull();
  });

  test('gives 0 to a read once nobody has the write end', () => {
    const [r, w] = pipe();
    write(w, 'x');
    close(w);
    expect(text(r)).toBe('x');
    expect(read(r, new Uint8Array(1))).toBe(0);
  });

  test('makes a write fail with EPIPE once nobody has the read end', () => {
    const [r, w] = pipe();
    close(r);
    expectError(() => write(w, 'x'), 'EPIPE', { syscall: 'write', fd: w });
  });

  test('can be read at one end only, and written at the other', () => {
    const [r, w] = pipe();
    expectError(() => read(w, new Uint8Array(1)), 'EBADF', { syscall: 'read', fd: w });
    expectError(() => write(r, 'x'), 'EBADF', { syscall: 'write', fd: r });
  });

  test.each([[undefined, false], [{}, false], [{ blocking: false }, false], [{ blocking: true }, true]])(
    'blocks with options %o: %s',
    (options, blocking) => {
      const ends = fd.pipe(options).map(ownedFd);
      expect(ends.map(getBlocking)).toEqual([blocking, blocking]);
    },
  );
});

describe.runIf(has.fileDescriptors)('a file', () => {
  test('is written and read at its position', async () => {
    const file = await emptyFile();
    expect(write(file.fd, 'hello')).toBe(5);
    expect(readFileSync(file.path, 'utf8')).toBe('hello');
    expect(read(file.fd, new Uint8Array(1))).toBe(0);
  });

  test('shares its position among duplicates', async () => {
    const file = await emptyFile();
    const duplicate = ownedFd(dup(file.fd));
    write(file.fd, 'one ');
    write(duplicate, 'two');
    expect(readFileSync(file.path, 'utf8')).toBe('one two');
  });

  test('cannot be read if it is a directory', async () => {
    const handle = await openFile(tmpdir());
    onTestFinished(() => handle.close());
    expectError(() => read(handle.fd, new Uint8Array(1)), 'EISDIR', { syscall: 'read', fd: handle.fd });
  });
});

describe.runIf(has.fileDescriptors)('close', () => {
  test('frees the number', () => {
    const [r] = pipe();
    dup2(r, HIGH);
    close(HIGH);
    expect(openDescriptors().has(HIGH)).toBe(false);
    expectError(() => close(HIGH), 'EBADF', { syscall: 'close', fd: HIGH });
  });
});

describe.runIf(has.fileDescriptors)('dup', () => {
  test('makes a second descriptor for the same open file', () => {
    const [r, w] = pipe();
    const duplicate = ownedFd(dup(r));
    expect(duplicate).not.toBe(r);
    expect(openDescriptors().get(duplicate)).toBe(openDescriptors().get(r));
    close(r);
    write(w, 'x');
    expect(text(duplicate)).toBe('x');
  });
});

describe.runIf(has.fileDescriptors)('dup2', () => {
  test('gives the open file a second number', () => {
    const [r, w] = pipe();
    expect(dup2(r, HIGH)).toBe(HIGH);
    ownedFd(HIGH);
    write(w, 'x');
    expect(text(HIGH)).toBe('x');
  });

  test('closes the file that had the target number', () => {
    const [r] = pipe();
    const [otherRead, otherWrite] = pipe();
    dup2(r, otherWrite);
    expect(openDescriptors().get(otherWrite)).toBe(openDescriptors().get(r));
    expect(read(otherRead, new Uint8Array(1))).toBe(0);
  });

  test('does nothing if both numbers are equal', () => {
    const [r, w] = pipe();
    expect(dup2(r, r)).toBe(r);
    write(w, 'x');
    expect(text(r)).toBe('x');
  });

  test('refuses a closed number, even as its own target, and leaves the target open', () => {
    const [r] = pipe();
    const before = openDescriptors().get(r);
    expectError(() => dup2(HIGH, r), 'EBADF', { syscall: syscalls.dup2, fd: HIGH });
    expectError(() => dup2(HIGH, HIGH), 'EBADF', { syscall: 'fcntl', fd: HIGH });
    expect(openDescriptors().get(r)).toBe(before);
  });

  test('refuses a target past the limit', () => {
    const [r] = pipe();
    expectError(() => dup2(r, 2 ** 31 - 1), 'EBADF', { syscall: syscalls.dup2 });
  });
});

describe.runIf(has.fileDescriptors)('the blocking mode', () => {
  test('belongs to the open file: duplicates share it', () => {
    const [r, w] = pipe();
    const duplicate = ownedFd(dup(r));
    setBlocking(duplicate, true);
    expect([getBlocking(r), getBlocking(duplicate), getBlocking(w)]).toEqual([true, true, false]);
    setBlocking(r, false);
    expect(getBlocking(duplicate)).toBe(false);
    expect(read(duplicate, new Uint8Array(1))).toBeNull();
  });

  test("is the kernel's flag, and no other flag changes with it", async () => {
    const directory = mkdtempSync(join(tmpdir(), 'io-selectors-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const handle = await openFile(join(directory, 'file'), 'a');
    onTestFinished(() => handle.close());
    const flags = (): number => {
      const info = readFileSync(`/proc/self/fdinfo/${handle.fd}`, 'utf8');
      return parseInt(/^flags:\s*(\d+)/m.exec(info)![1], 8);
    };
    const before = flags();
    const O_NONBLOCK = 0o4000;
    expect(before & O_NONBLOCK).toBe(0);
    setBlocking(handle.fd, false);
    expect(flags()).toBe(before | O_NONBLOCK);
    setBlocking(handle.fd, true);
    expect(flags()).toBe(before);
  });

  test('makes a read wait for data', async () => {
    const [r, w] = pipe();
    setBlocking(r, true);
    const thread = await inThread(r, (io, number) => io.fd.read(number, new Uint8Array(10)));
    await thread.blockedIn('read');
    write(w, 'abc');
    expect(await thread.result).toBe(3);
  });
});
