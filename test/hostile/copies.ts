import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryPath } from '../support/files.js';
import { root } from '../support/processes.js';

/** Makes a second copy of the package, like one that another dependency brings along, and returns its directory. */
export function secondCopy(): string {
  const copy = temporaryPath('copy');
  mkdirSync(copy);
  for (const part of ['package.json', 'dist', 'build/Release/io_selectors.node']) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return join(copy, 'dist');
}
