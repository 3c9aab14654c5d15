import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FD_SETSIZE } from 'io-selectors';
import { onTestFinished } from 'vitest';
import { has } from './capability.js';
import { ownedFd } from './descriptors.js';
import { descriptorTableSize, openDescriptors } from './witness.js';

/** open(2) */
export function openFile(path: string, flags: string | number = 'r'): number {
  return ownedFd(openSync(path, flags));
}

/** A path in a new directory that is removed when the test is over. */
export function temporaryPath(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'io-selectors-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, name);
}

/** The path of a new FIFO. */
export function fifo(): string {
  const path = temporaryPath('fifo');
  execFileSync('mkfifo', [path]);
  return path;
}

/** A number inside the process's descriptor table that is not open, and too high to be taken soon. */
export function closedFd(): number {
  // Windows has no such table, and hands out low numbers first.
  if (!has.proc) return 16_000;
  const open = openDescriptors();
  let number = Math.min(descriptorTableSize(), FD_SETSIZE) - 1;
  while (open.has(number)) number--;
  return number;
}

/** A number past the process's descriptor table, which Linux's select(2) silently ignores. */
export function closedFdPastTable(): number {
  return Math.max(900, descriptorTableSize());
}
