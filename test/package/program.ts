import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, type Ended, root, start } from '../support/processes.js';
import type { Block } from './markdown.js';

/** The whole program of a block. */
export function programOf({ before, code, after }: Block): string {
  return `${before}${code}${after}`;
}

/** What a program says that it prints: a `console.log` has its output in a comment at the end of the line. */
export function promised(program: string): string[] {
  return Array.from(program.matchAll(/console\.log\(.*\);  \/\/ (.*)$/gm), ([, output]) => output).toSorted();
}

/** Starts a program from a file inside the package, where it finds the package by its name, and itself as a worker. */
export function startProgram(program: string, env: NodeJS.ProcessEnv = {}): Child {
  const directory = join(root, 'build', 'test');
  const path = join(directory, `${createHash('sha256').update(program).digest('hex')}.js`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, program);
  return start(process.execPath, [path], env);
}

/** Runs a block to its end. printed: its lines, sorted, as callbacks are not in the order of their calls. */
export async function run(block: Block, env: NodeJS.ProcessEnv = {}): Promise<Ended & { printed: string[] }> {
  const ended = await startProgram(programOf(block), env).ended;
  const printed = ended.stdout.split('\n').filter((line) => line !== '');
  return { ...ended, printed: printed.toSorted() };
}
