import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PYTHONPATH } from './peers.js';
import type { Answer } from './workload.js';

/** A program that has not ended by then hangs. */
const TIMEOUT_MS = 120_000;

const running = new Set<ChildProcess>();

/** Kills all running programs. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
process.on('exit', killAll);

/** A child process that answers with lines. It does not outlive this process. */
export class Program implements AsyncDisposable {
  readonly #child;
  readonly #name: string;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown[]>;
  #errors = '';

  /** @param core to which the process is pinned */
  constructor([file, ...args]: string[], core?: number) {
    this.#name = [file, ...args].join(' ');
    const [command, ...rest] = core === undefined ? [file, ...args] : ['taskset', '-c', `${core}`, file, ...args];
    const env = { ...process.env, PYTHONPATH };
    const child = spawn(command, rest, { env, stdio: 'pipe', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    this.#child = child;
    running.add(child);
    this.#ended = once(child, 'close').finally(() => running.delete(child));
    this.#ended.catch(() => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name}: cannot be started`);
    return this.#child.pid;
  }

  /** The next line of its output. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done !== true) return next.value;
    await this.#ended;
    const how = this.#child.signalCode ?? `status ${this.#child.exitCode}`;
    throw new Error(`${this.#name} ended with ${how} ${this.#errors.trim().split('\n').at(-1)}`.trimEnd());
  }

  /** Closes its standard input, at which it ends. */
  async finish(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  /** Kills it if it is still running, and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** Runs a program that prints one line of JSON. */
export async function answer(command: string[]): Promise<Answer> {
  await using program = new Program(command);
  const line = await program.line();
  await program.finish();
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${command.join(' ')} answered ${line}`);
  if ('refused' in parsed) return { refused: String(parsed.refused) };
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, Number(value)]));
}
