import { startNode } from './processes.js';

export type Package = typeof import('io-selectors') & {
  fd: typeof import('io-selectors/fd');
  socket: typeof import('io-selectors/socket');
};

interface Options {
  /** Of node, as `--expose-gc`. */
  options?: string[];
  /** Functions that the function calls, which are passed as text as well. */
  using?: ((...args: never[]) => unknown)[];
}

/**
 * Runs a function in a process of its own, for what concerns the whole process. The function is passed
 * as text, so it sees nothing but its two arguments, the package and the input, and what it is using.
 */
export async function inChild<I, T>(
  input: I,
  run: (io: Package, input: I) => T | Promise<T>,
  { options = [], using = [] }: Options = {},
): Promise<T> {
  const source = `
    import * as io from 'io-selectors';
    import * as fd from 'io-selectors/fd';
    import * as socket from 'io-selectors/socket';
    import { writeSync } from 'node:fs';
    ${using.map(String).join('\n')}
    const result = await (${String(run)})({ ...io, fd, socket }, ${JSON.stringify(input)});
    writeSync(1, JSON.stringify(result));
  `;
  const { code, signal, stdout, stderr } = await startNode(source, {}, options).ended;
  if (code !== 0) throw new Error(`the child ended with ${code ?? signal}: ${stderr}`);
  return JSON.parse(stdout);
}
