import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { has } from './capability.js';
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

/** A thread, by its directory in /proc, and system calls by their numbers. */
interface Sleeper {
  thread: string;
  numbers: number[];
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
const thread = process.platform === 'linux' ? readlinkSync('/proc/thread-self') : '';
const io = { ...require('io-selectors'), fd: require('io-selectors/fd'), socket: require('io-selectors/socket') };
parentPort.postMessage({ thread });
Promise.resolve((0, eval)('(' + workerData.source + ')')(io, workerData.input, ${String(untilBlocked)})).then(
  (result) => parentPort.postMessage({ result }),
);
`;

/**
 * Runs a function in a worker of its own. The function is passed as text, so it sees nothing but its arguments: the
 * package, the input, and a function that waits until another thread sleeps in a system call.
 */
export async function inThread<I, T>(
  input: I,
  run: (io: Package, input: I, untilBlocked: (sleeper: Sleeper) => void) => T | Promise<T>,
): Promise<Thread<T>> {
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

/** This thread in one of these system calls, for others to wait for. */
export function sleeper(syscalls: string[]): Sleeper {
  return { thread: has.proc ? readlinkSync('/proc/thread-self') : '', numbers: syscallNumbers(syscalls) };
}

/** Like blockedIn(), for a thread that may block meanwhile. Passed as text. */
function untilBlocked({ thread, numbers }: Sleeper): void {
  if (thread === '') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
    return;
  }
  const { readFileSync } = process.getBuiltinModule('node:fs');
  for (;;) {
    const [current] = readFileSync(`/proc/${thread}/syscall`, 'utf8').split(' ');
    const sleeping = /^State:\s*S/m.test(readFileSync(`/proc/${thread}/status`, 'utf8'));
    if (sleeping && numbers.includes(Number(current))) return;
  }
}

/** The numbers of system calls on this architecture, as /proc/<pid>/task/<tid>/syscall gives them. */
function syscallNumbers(names: string[]): number[] {
  const column = process.arch === 'arm64' ? 1 : 0;
  return names.map((name) => NUMBERS[name][column]);
}

/**
 * Resolves once a thread, named by its directory in /proc, sleeps in one of these system calls. Without /proc nobody
 * knows: then after a moment in which it can get there. A test that is slower than that tests less, and passes.
 */
export async function blockedIn(thread: string, syscalls: string[]): Promise<void> {
  if (!has.proc) {
    await setTimeout(30);
    return;
  }
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
