import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Peer } from './workload.js';

const built = fileURLToPath(new URL('peers/', import.meta.url));
const sources = fileURLToPath(new URL('../../benchmarks/peers/', import.meta.url));
export const compiler = process.env.CC ?? 'cc';

/** Remembers what a function gave, by its argument. */
function memoized<T>(run: (argument: string) => T): (argument?: string) => T {
  const known = new Map<string, T>();
  return (argument = '') => {
    const value = known.has(argument) ? known.get(argument)! : run(argument);
    known.set(argument, value);
    return value;
  };
}

function runs(command: string[], input = ''): boolean {
  const [file, ...args] = command;
  try {
    execFileSync(file, args, { cwd: built, input, stdio: ['pipe', 'ignore', 'ignore'] });
    return true;
  } catch {
    return false;
  }
}

/** Each gives why peers of a kind are missing, or undefined. */
const lacking: Record<'compiler' | 'libuv' | 'python' | 'npmEpoll', () => string | undefined> = {
  compiler: memoized(() => (runs([compiler, '--version']) ? undefined : `no C compiler (${compiler})`)),
  libuv: memoized(() => {
    const has = runs([compiler, '-E', '-'], '#include <uv.h>');
    return lacking.compiler() ?? (has ? undefined : 'no libuv to compile with: apt-get install libuv1-dev');
  }),
  python: memoized(() => (runs(['python3', '--version']) ? undefined : 'no python3')),
  npmEpoll: memoized(() => {
    const has = runs([process.execPath, '-e', 'require("epoll")']);
    return has ? undefined : 'not installed: npm install --no-save epoll@4.0.2';
  }),
};

/** Why nothing can be compared with C; undefined if it can. */
export function lackingCompiler(): string | undefined {
  return lacking.compiler();
}

export function hasStrace(): boolean {
  return runs(['strace', '--version']);
}

/** Compiles peers/NAME.c, and returns the program. */
export const compile = memoized((name) => {
  const program = `${built}${name}`;
  const libraries = name.endsWith('-libuv') ? ['-luv'] : [];
  const args = ['-O2', '-Wall', '-pthread', '-o', program, `${sources}${name}.c`, ...libraries];
  execFileSync(compiler, args, { stdio: 'inherit' });
  return program;
});

/** The command of peers/NAME.ts. */
export function script(name: string): string[] {
  return [process.execPath, `${built}${name}.js`];
}

function peer(name: string, program: () => string[], missing: string | undefined): Peer {
  return { name, missing, command: (...amount) => [...program(), ...amount.map(String)] };
}

/** A variant of peers/NAME.c. */
export function c(name: string, variant: string): Peer {
  return peer(`C/${variant}`, () => [compile(name), variant], lacking.compiler());
}

/** peers/NAME-libuv.c */
export function libuv(name: string): Peer {
  return peer('libuv', () => [compile(`${name}-libuv`)], lacking.libuv());
}

/** A variant of peers/NAME.ts: this package. */
export function ours(name: string, variant: string): Peer {
  return peer(variant, () => [...script(name), variant], undefined);
}

/** A variant of peers/NAME.py. */
export function py(name: string, variant: string): Peer {
  return peer(`Python/${variant}`, () => ['python3', `${sources}${name}.py`, variant], lacking.python());
}

/** peers/NAME-npm.ts: npm's package epoll. */
export function npmEpoll(name: string): Peer {
  return peer('npm/epoll', () => script(`${name}-npm`), lacking.npmEpoll());
}
