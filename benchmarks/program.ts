import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that has not ended by then never will. */
const TIMEOUT_MS = 120_000;

const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/** A peer in a process of its own, which does not outlive this one. It answers with lines. */
export class Program implements AsyncDisposable {
  readonly #child;
  readonly #name: string;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown[]>;

  /** @param core where it runs; absent: wherever the kernel likes */
  constructor([file, ...args]: string[], core?: number) {
    this.#name = [file, ...args].join(' ');
    const [command, ...rest] = core === undefined ? [file, ...args] : ['taskset', '-c', `${core}`, file, ...args];
    const limits = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
    const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'], ...limits });
    this.#child = child;
    running.add(child);
    this.#ended = once(child, 'close').finally(() => running.delete(child));
    this.#ended.catch(() => {});
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
    throw new Error(`${this.#name}: ended with ${this.#child.signalCode ?? `status ${this.#child.exitCode}`}`);
  }

  /** Kills it, if it has not ended by itself, and returns once it is gone. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** What a program prints that prints one line. */
export async function answer(command: string[]): Promise<string> {
  await using program = new Program(command);
  return await program.line();
}
