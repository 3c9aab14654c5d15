import { has } from './capability.js';
import { startNode } from './processes.js';
import { syscalls } from './syscalls.js';

/** The package, and what it has here. */
export type Package = typeof import('io-selectors') & {
  fd: typeof import('io-selectors/fd');
  socket: typeof import('io-selectors/socket');
  has: typeof has;
  syscalls: typeof syscalls;
};

type Functions = ((...args: never[]) => unknown)[] | Record<string, (...args: never[]) => unknown>;

interface Options<U extends Functions> {
  /** Options of node, as `--expose-gc`. */
  options?: string[];
  /** Functions that it calls, by name or through its last argument. They are passed as text, too. */
  using?: U;
  env?: NodeJS.ProcessEnv;
}

/**
 * Runs a function in a process of its own, for tests that concern a whole process. The function is passed as text,
 * so it sees nothing but its arguments: the package, the input, and the functions in `using`.
 */
export async function inChild<I, T, U extends Functions = []>(
  input: I,
  run: (io: Package, input: I, using: U) => T | Promise<T>,
  { options = [], using, env = {} }: Options<U> = {},
): Promise<T> {
  const functions = Object.values(using ?? {});
  const source = `
    import * as io from 'io-selectors';
    import * as fd from 'io-selectors/fd';
    import * as socket from 'io-selectors/socket';
    import { writeSync } from 'node:fs';
    ${functions.map(String).join('\n')}
    const using = { ${functions.map(({ name }) => name).join()} };
    const { has, syscalls } = ${JSON.stringify({ has, syscalls })};
    const result = await (${String(run)})({ ...io, fd, socket, has, syscalls }, ${JSON.stringify(input)}, using);
    writeSync(1, JSON.stringify(result));
  `;
  const { code, signal, stdout, stderr } = await startNode(source, env, options).ended;
  if (code !== 0) throw new Error(`the child ended with ${code ?? signal}: ${stderr}`);
  return JSON.parse(stdout);
}
