import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { type Child, start } from '../support/processes.js';
import { epollEntries } from '../support/witness.js';

export interface Program extends Child {
  readonly port: number;
}

/** What a program has asked epoll for: the entries of each of its epolls. */
export function epollSets({ process: { pid } }: Program): ReturnType<typeof epollEntries>[] {
  return readdirSync(`/proc/${pid}/fdinfo`).map((fd) => {
    try {
      return epollEntries(Number(fd), String(pid));
    } catch (error) {
      // Closed since the directory was read.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  });
}

/** Starts a program of examples/, on a free port unless told otherwise, and waits until it listens. */
export async function startExample(name: string, backend: string, args = ['--port', '0']): Promise<Program> {
  return listening(start(process.execPath, [`examples/${name}.js`, ...args], { IO_SELECTORS_BACKEND: backend }));
}

/** The same with no more than so many descriptors. */
export async function startWithLimit(name: string, backend: string, limit: number, args: string[] = []): Promise<Program> {
  const command = `ulimit -n ${limit} && exec "$0" examples/${name}.js --port 0 "$@"`;
  return listening(start('sh', ['-c', command, process.execPath, ...args], { IO_SELECTORS_BACKEND: backend }));
}

async function listening(child: Child): Promise<Program> {
  await child.printed('listening on');
  return { ...child, port: Number(/port: (\d+)/.exec(child.output())?.[1]) };
}

/** Expects a program to end by itself, without a word of complaint. */
export async function expectCleanEnd(program: Child, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  program.process.kill(signal);
  expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
}

/** A client that collects what it receives, a character for each byte. Does not read before it is told to. */
export class Client {
  readonly socket: Socket;
  /** Resolves with all that was received once the connection is over, however it ended. */
  readonly closed: Promise<string>;
  text = '';
  #changed = () => {};

  constructor(where: { port: number } | { path: string }) {
    const options = { ...where, host: '127.0.0.1', allowHalfOpen: true, noDelay: true };
    this.socket = connect(options).setEncoding('latin1');
    onTestFinished(() => {
      this.socket.destroy();
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => resolve(this.text));
    });
    // A reset is an end like others: the tests look at what came before.
    this.socket.on('error', () => {});
  }

  read(): this {
    this.socket.on('data', (data: string) => {
      this.text += data;
      this.#changed();
    });
    this.socket.on('end', () => this.socket.end());
    return this;
  }

  write(data: string | Uint8Array): this {
    this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
    return this;
  }

  /** Resolves once the text fulfils a condition; rejects if the connection ends before. */
  async until(condition: string | RegExp | ((text: string) => boolean)): Promise<string> {
    const isFulfilled = () => {
      if (typeof condition === 'string') return this.text.includes(condition);
      return typeof condition === 'function' ? condition(this.text) : condition.test(this.text);
    };
    await new Promise<void>((resolve, reject) => {
      this.#changed = () => {
        if (isFulfilled()) resolve();
      };
      this.#changed();
      void this.closed.then((text) => reject(new Error(`the connection ended after ${text.slice(-200)}`)));
    });
    return this.text;
  }

  /** Ends the connection with a reset. */
  async reset(): Promise<void> {
    if (this.socket.connecting) await once(this.socket, 'connect');
    this.socket.resetAndDestroy();
  }
}

/** A client that reads from the start. */
export function readingClient(where: { port: number } | { path: string }): Client {
  return new Client(where).read();
}

/** How many times a text occurs in another. */
export function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** Resolves once nobody listens on a port any more. */
export async function untilRefused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const error = await new Promise<Error | undefined>((resolve) => {
      socket.once('error', resolve).once('connect', () => resolve(undefined));
    });
    socket.destroy();
    if (error !== undefined && 'code' in error && error.code === 'ECONNREFUSED') return;
  }
}
