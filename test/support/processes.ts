import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { has } from './capability.js';
import { openNumbers } from './callables.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Child {
  readonly process: ChildProcess;
  /** Resolves once the child has printed this on its standard output; rejects if it ends before. */
  printed(text: string): Promise<void>;
  /** What it has printed on its standard output so far. */
  output(): string;
  readonly ended: Promise<Ended>;
}

/** Starts a program in the package's root; it is killed when the test is over. */
export function start(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Child {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let [stdout, stderr] = ['', ''];
  let changed = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    changed();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      changed = () => {
        if (stdout.includes(text)) resolve();
      };
      changed();
      void ended.then(({ code }) => reject(new Error(`ended with ${code} before it printed ${text}: ${stderr}`)));
    });
  return { process: child, printed, output: () => stdout, ended };
}

declare global {
  /** In a child: how many sockets, pipes and anonymous files it has open. */
  function openCount(): number;
  /** In a child: their numbers. */
  function listOpen(): number[];
  /** In a child: how many threads it has. 0 without /proc, where nobody knows. */
  function threadCount(): number;
}

const COUNTS = `
  globalThis.listOpen = ${String(openNumbers)};
  globalThis.openCount = () => listOpen().length;
  globalThis.threadCount = () =>
    ${has.proc} ? process.getBuiltinModule('node:fs').readdirSync('/proc/self/task').length : 0;
`;

/** Runs the source of an ES module in a new Node process. */
export function startNode(source: string, env: NodeJS.ProcessEnv = {}, options: string[] = []): Child {
  return start(process.execPath, [...options, '--input-type=module', '--eval', COUNTS + source], env);
}

/**
 * Compiles a C program, which shares no code with the package, and returns its path. A program is compiled once and
 * kept under build/ by the hash of its source.
 */
export function compile(source: string, options: string[] = []): string {
  const directory = join(root, 'build', 'test');
  const program = join(directory, createHash('sha256').update(JSON.stringify([source, options])).digest('hex'));
  if (existsSync(program)) return program;
  mkdirSync(directory, { recursive: true });
  // Several workers may compile it at once: each writes a file of its own, and one of them takes the name.
  const own = `${program}.${process.pid}.${threadId}`;
  writeFileSync(`${own}.c`, source);
  execFileSync(process.env.CC ?? 'cc', ['-O2', '-Wall', ...options, '-o', own, `${own}.c`]);
  renameSync(own, program);
  rmSync(`${own}.c`);
  return program;
}
