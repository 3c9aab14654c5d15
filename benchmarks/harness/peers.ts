import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Peer } from './workload.js';

const built = fileURLToPath(new URL('../workloads/', import.meta.url));
const sources = fileURLToPath(new URL('../../../benchmarks/workloads/', import.meta.url));

export const compiler = process.env.CC ?? 'cc';

/** Where the programs in Python find the modules that they share. */
export const PYTHONPATH = `${sources}shared`;

/** Computes each result once. */
function memoized<T>(run: (argument: string) => T): (argument?: string) => T {
  const known = new Map<string, T>();
  return (argument = '') => {
    const value = known.has(argument) ? known.get(argument)! : run(argument);
    known.set(argument, value);
    return value;
  };
}

function succeeds(command: string[], input = ''): boolean {
  const [file, ...args] = command;
  try {
    execFileSync(file, args, { cwd: built, input, stdio: ['pipe', 'ignore', 'ignore'] });
    return true;
  } catch {
    return false;
  }
}

/** Why programs of a kind cannot be run here; undefined if they can. */
const lacking: Record<'compiler' | 'libuv' | 'python' | 'npm', () => string | undefined> = {
  compiler: memoized(() => (succeeds([compiler, '--version']) ? undefined : `no C compiler (${compiler})`)),
  libuv: memoized(() => {
    const found = succeeds([compiler, '-E', '-'], '#include <uv.h>');
    return lacking.compiler() ?? (found ? undefined : 'no uv.h: apt-get install libuv1-dev');
  }),
  python: memoized(() => (succeeds(['python3', '--version']) ? undefined : 'no python3')),
  npm: memoized(() => {
    const found = succeeds([process.execPath, '-e', 'require("epoll")']);
    return found ? undefined : 'not installed: npm install --no-save epoll@4.0.2';
  }),
};

/** Why nothing can be compared with C; undefined if it can. */
export function lackingCompiler(): string | undefined {
  return lacking.compiler();
}

export function hasStrace(): boolean {
  return succeeds(['strace', '--version']);
}

/** Compiles workloads/PATH.c and returns the path of the program. */
export const compile = memoized((path) => {
  const program = `${built}${path}`;
  const libraries = path.endsWith('-libuv') ? ['-luv'] : [];
  const args = ['-O2', '-Wall', '-pthread', '-o', program, `${sources}${path}.c`, ...libraries];
  execFileSync(compiler, args, { stdio: 'inherit' });
  return program;
});

function peer(name: string, program: () => string[], missing?: string): Peer {
  return { name, missing, command: (...amount) => [...program(), ...amount.map(String)] };
}

/** The programs in workloads/NAME/. A variant is the first argument of its program. */
export function programsOf(name: string) {
  const path = `${name}/${name}`;
  const script = (suffix = '') => [process.execPath, `${built}${path}${suffix}.js`];
  return {
    /** NAME.c */
    c: (variant: string) => peer(`C/${variant}`, () => [compile(path), variant], lacking.compiler()),
    /** NAME-libuv.c */
    libuv: () => peer('libuv', () => [compile(`${path}-libuv`)], lacking.libuv()),
    /** NAME.ts: this package. */
    ours: (variant: string) => peer(variant, () => [...script(), variant]),
    /** NAME.py */
    python: (variant: string) =>
      peer(`Python/${variant}`, () => ['python3', '-B', `${sources}${path}.py`, variant], lacking.python()),
    /** NAME-net.ts: Node's own sockets. */
    net: () => peer('node:net', () => script('-net')),
    /** NAME-npm.ts: the npm package epoll. */
    npm: () => peer('npm/epoll', () => script('-npm'), lacking.npm()),
  };
}
