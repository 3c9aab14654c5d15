import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Answer } from './workload.js';

/** A program that has not ended by then never will. */
const TIMEOUT_MS = 120_000;

const running = new Set<ChildProcess>();

/** Kills all programs that are running. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
process.on('exit', killAll);

/** A peer in a process of its own, which does not outlive this one. It answers with lines. */
export class Program implements AsyncDisposable {
  readonly #child;
  readonly #name: string;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown[]>;
  #errors = '';

  /** @param core where it runs; absent: wherever the kernel likes */
  constructor([file, ...args]: string[], core?: number) {
    this.#name = [file, ...args].join(' ');
    const [command, ...rest] = core === undefined ? [file, ...args] : ['taskset', '-c', `${core}`, file, ...args];
    const child = spawn(command, rest, { stdio: 'pipe', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    this.#child = child;
    running.add(child);
    this.#ended = once(child, 'close').finally(() => running.delete(child));
    this.#ended.catch(() => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name}: it cannot be started`);
    return this.#child.pid;
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done !== true) return next.value;
    await this.#ended;
    const how = this.#child.signalCode ?? `status ${this.#child.exitCode}`;
    throw new Error(`${this.#name} ended with ${how} ${this.#errors.trim().split('\n').at(-1)}`.trimEnd());
  }

  /** Ends its input, upon which it ends. */
  async finish(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  /** Kills it, if it has not ended by itself, and returns once it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** What a peer answers that prints one line of JSON. */
export async function answer(command: string[]): Promise<Answer> {
  await using program = new Program(command);
  const line = await program.line();
  await program.finish();
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${command.join(' ')} answered ${line}`);
  if ('refused' in parsed) return { refused: String(parsed.refused) };
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, Number(value)]));
}
