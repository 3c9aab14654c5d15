import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { until } from './until.js';

type Package = typeof import('io-selectors') & {
  fd: typeof import('io-selectors/fd');
  socket: typeof import('io-selectors/socket');
};

interface Thread<T> {
  readonly worker: Worker;
  /** What the function returns. */
  readonly result: Promise<T>;
  /** Resolves once the thread sleeps in a system call of one of these names. */
  blockedIn(...syscalls: string[]): Promise<void>;
}

/** System call numbers of x86-64 and arm64; -1 where there is no such call. */
const NUMBERS: Record<string, [number, number]> = {
  read: [0, 63],
  select: [23, -1],
  pselect6: [270, 72],
  poll: [7, -1],
  ppoll: [271, 73],
  epoll_wait: [232, -1],
  epoll_pwait: [281, 22],
  epoll_pwait2: [441, 441],
};
const SOURCE = `
const { parentPort, workerData } = require('node:worker_threads');
const { readlinkSync } = require('node:fs');
const io = { ...require('io-selectors'), fd: require('io-selectors/fd'), socket: require('io-selectors/socket') };
parentPort.postMessage({ thread: readlinkSync('/proc/thread-self') });
Promise.resolve((0, eval)('(' + workerData.source + ')')(io, workerData.input)).then(
  (result) => parentPort.postMessage({ result }),
);
`;

/**
 * Runs a function in a worker of its own. The function is passed as text, so it sees nothing but its two
 * arguments: the package, and the input.
 */
export async function inThread<I, T>(input: I, run: (io: Package, input: I) => T | Promise<T>): Promise<Thread<T>> {
  const worker = new Worker(SOURCE, { eval: true, workerData: { source: run.toString(), input } });
  onTestFinished(async () => {
    await worker.terminate();
  });
  const started = new Promise<string>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: { thread: string }) => resolve(message.thread));
  });
  // Listens from the start: if the function returns at once, both messages come together.
  const result = new Promise<T>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (message: { thread: string } | { result: T }) => {
      if ('result' in message) resolve(message.result);
    });
    worker.once('exit', (code) => reject(new Error(`the thread ended with ${code} before its function did`)));
  });
  // Whoever awaits the result sees the failure.
  result.catch(() => {});
  const thread = await started;
  return { worker, result, blockedIn: (...syscalls) => blockedIn(thread, syscalls) };
}

/** The numbers of system calls on this architecture, as /proc/<pid>/task/<tid>/syscall gives them. */
export function syscallNumbers(names: string[]): number[] {
  const column = process.arch === 'arm64' ? 1 : 0;
  return names.map((name) => NUMBERS[name][column]);
}

/** Resolves once a thread, named by its directory in /proc, sleeps in one of these system calls. */
export async function blockedIn(thread: string, syscalls: string[]): Promise<void> {
  const wanted = syscallNumbers(syscalls);
  await until(() => {
    const [current] = readFileSync(`/proc/${thread}/syscall`, 'utf8').split(' ');
    return state(thread) === 'S' && wanted.includes(Number(current));
  });
}

/** Resolves once a process is stopped by SIGSTOP. */
export async function stopped(pid: number | undefined): Promise<void> {
  await until(() => state(String(pid)) === 'T');
}

/** The state of a thread as one letter: `'S'` for sleeping, `'T'` for stopped. proc_pid_status(5) */
function state(thread: string): string | undefined {
  return /^State:\s*(\w)/m.exec(readFileSync(`/proc/${thread}/status`, 'utf8'))?.[1];
}
