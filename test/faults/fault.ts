import { writeFileSync } from 'node:fs';
import { inChild, type Package } from '../support/child.js';
import { temporaryPath } from '../support/files.js';
import { faultLibrary } from './library.js';

export interface Fault {
  /** The name of the system call, as `'epoll_ctl'`; `'*'` is any that the addon makes. */
  call: string;
  error: string;
  /** Which call fails first, counted from now on: default 1, the next. */
  first?: number;
  /** How many calls in a row fail: default 1; -1: all that follow. */
  times?: number;
  /** Only calls with this second argument: the operation of epoll_ctl, the command of fcntl. */
  operation?: number;
  /** Calls of all threads, not only of the main thread: default false. */
  allThreads?: boolean;
  /** Calls of Node and libuv too, not only of the addon: default false. */
  allCallers?: boolean;
}

export interface Faults {
  /** Injects the fault from now on, until `stop()`. */
  start(fault: Fault): void;
  /** How many calls have matched the fault so far, and how many of them failed. */
  counts(): Counts;
  stop(): Counts;
}

interface Counts {
  seen: number;
  failed: number;
}

/** Makes system calls fail in a child of `inFaultyChild`. Passed as text. */
export function openFaults(): Faults {
  const { openSync, readSync, writeSync } = process.getBuiltinModule('node:fs');
  const { errno } = process.getBuiltinModule('node:os').constants;
  const file = openSync(process.env.IO_SELECTORS_FAULTS!, 'r+');
  const NAME = 32;
  const bytes = Buffer.alloc(2 * NAME);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, NAME / 4);
  // With a position, for pwrite(2), as write(2) may be the call that fails.
  const put = () => writeSync(file, bytes, 0, bytes.length, 0);
  const counts = () => {
    readSync(file, bytes, 0, bytes.length, 0);
    const [seen, failed] = words.subarray(6);
    return { seen, failed };
  };
  return {
    counts,
    start({ call, error, first = 1, times = 1, operation = -1, allThreads = false, allCallers = false }) {
      bytes.fill(0);
      bytes.write(call, NAME);
      const number: number | undefined = Reflect.get(errno, error);
      if (number === undefined) throw new Error(`no such error: ${error}`);
      words.set([number, allThreads ? 0 : process.pid, Number(allCallers), operation, first, times]);
      put();
    },
    stop() {
      const result = counts();
      bytes.fill(0);
      put();
      return result;
    },
  };
}

/** Like `inChild`, for a function that makes system calls fail. */
export async function inFaultyChild<I, T, U extends Record<string, (...args: never[]) => unknown>>(
  input: I,
  run: (io: Package, input: I, using: U & { openFaults: typeof openFaults }) => T | Promise<T>,
  using: U,
): Promise<T> {
  const path = temporaryPath('faults');
  writeFileSync(path, Buffer.alloc(64));
  const { LD_PRELOAD = '', ASAN_OPTIONS = '' } = process.env;
  return inChild(input, run, {
    using: { ...using, openFaults },
    env: {
      IO_SELECTORS_FAULTS: path,
      // Before a sanitizer's library, so that the caller it sees is the addon.
      LD_PRELOAD: `${faultLibrary()} ${LD_PRELOAD}`,
      ASAN_OPTIONS: `${ASAN_OPTIONS}:verify_asan_link_order=0`,
    },
  });
}
