import { type Child, compile, startNode } from '../support/processes.js';

const PRELUDE = `
import { constants } from 'node:os';
import { readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import * as io from 'io-selectors';
import * as fd from 'io-selectors/fd';

const say = (value) => writeSync(1, (typeof value === 'string' ? value : JSON.stringify(value)) + '\\n');
const kill = (...names) => names.forEach((name) => process.kill(process.pid, name));

/** A signal mask of this process: SigCgt for caught signals, SigIgn for ignored ones. proc_pid_status(5) */
const masks = (kind) => {
  const line = new RegExp(kind + ':.*(\\\\w{8})').exec(readFileSync('/proc/self/status', 'utf8'));
  return parseInt(line[1], 16);
};
const has = (kind, name) => (masks(kind) >>> (constants.signals[name] - 1) & 1) === 1;
const caught = (name) => has('SigCgt', name);

/** Resolves once a listener was called. A listener alone does not keep the process alive. */
const heard = async (name) => {
  const timer = setInterval(() => {}, 1000);
  await once(process, name);
  clearInterval(timer);
};

/** Blocks the thread until one of these is readable, and returns it. */
const wait = (...objects) => {
  const selector = new io.DefaultSelector();
  for (const object of objects) selector.register(object, io.EVENT_READ);
  const [{ key }] = selector.select();
  selector.close();
  return key.fileObject;
};
`;

/**
 * Starts a process, as signals concern a whole process. Its source may use what is imported and defined above.
 */
export function startWithSignals(source: string, options: string[] = []): Child {
  return startNode(PRELUDE + source, {}, options);
}

/** Runs such a process to its end and returns what it said, which is one line of JSON each. */
export async function saidBy(source: string, options: string[] = []): Promise<unknown[]> {
  const { code, signal, stdout, stderr } = await startWithSignals(source, options).ended;
  if (code !== 0) throw new Error(`the child ended with ${code ?? signal}: ${stderr}`);
  return stdout.trimEnd().split('\n').map((line): unknown => JSON.parse(line));
}

/** The path of a program that sends a signal to one thread. Arguments: process, thread, signal number. */
export function threadKiller(): string {
  return compile(`
    #define _GNU_SOURCE
    #include <stdlib.h>
    #include <sys/syscall.h>
    #include <unistd.h>

    int main(int argc, char **argv) {
      if (argc != 4) return 2;
      return syscall(SYS_tgkill, atoi(argv[1]), atoi(argv[2]), atoi(argv[3])) == 0 ? 0 : 1;
    }
  `);
}

/**
 * The path of a program that sends a signal to a process several times, and reads a byte from its standard input
 * after each. Arguments: process, signal number, count.
 */
export function sender(): string {
  return compile(`
    #include <signal.h>
    #include <stdlib.h>
    #include <unistd.h>

    int main(int argc, char **argv) {
      if (argc != 4) return 2;
      for (int i = 0; i < atoi(argv[3]); i++) {
        char byte;
        if (kill(atoi(argv[1]), atoi(argv[2])) != 0) return 1;
        if (read(0, &byte, 1) != 1) return 1;
      }
      return 0;
    }
  `);
}
