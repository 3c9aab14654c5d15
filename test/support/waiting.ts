import { readFileSync } from 'node:fs';
import type { BaseSelector } from 'io-selectors';
import { onTestFinished } from 'vitest';
import { type Child, startNode } from './processes.js';
import { blockedIn } from './threads.js';

/** The system calls in which a selector waits. */
export const WAITS = {
  select: ['select', 'pselect6'],
  poll: ['poll', 'ppoll'],
  epoll: ['epoll_wait', 'epoll_pwait', 'epoll_pwait2'],
};

interface Waited {
  /** The number of events, or the code and system call of an error. */
  outcome: number | [code: string, syscall: string];
  elapsedMs: number;
  /** How often a JavaScript listener ran once the event loop turned. */
  heard: number;
}

export interface WaitingChild extends Child {
  /** Sends a signal as soon as the child sleeps in the wait. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Kills the child of the child as soon as the latter sleeps in the wait. */
  endChild(): Promise<void>;
  /** Sends a signal every 10 ms until the test is over. */
  keepSignalling(signal: NodeJS.Signals): void;
  /** Resolves once the child has ended. */
  waited(): Promise<Waited>;
}

interface Wait {
  backend: BaseSelector['backend'];
  onInterrupt: 'resume' | 'return' | 'throw';
  timeoutMs: number | null;
  /** A signal with a listener in the child. */
  listenTo?: NodeJS.Signals;
  /** Statements before the wait. They may use `selector`, `io` and `fd`. */
  before?: string;
  /** Options of node. */
  options?: string[];
}

/** Starts a process whose main thread waits in select() for an idle pipe. */
export async function startWaiting(wait: Wait): Promise<WaitingChild> {
  const { backend, onInterrupt, timeoutMs, listenTo, before = '', options = [] } = wait;
  const child = startNode(
    `
    import { writeSync } from 'node:fs';
    import { setImmediate } from 'node:timers/promises';
    import * as io from 'io-selectors';
    import * as fd from 'io-selectors/fd';
    let heard = 0;
    ${listenTo === undefined ? '' : `process.on('${listenTo}', () => heard++);`}
    const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
    const selector = new classes.${backend}({ onInterrupt: '${onInterrupt}' });
    selector.register(fd.pipe()[0], io.EVENT_READ);
    ${before}
    writeSync(1, 'waiting\\n');
    const start = performance.now();
    let outcome;
    try {
      outcome = selector.select(${timeoutMs}).length;
    } catch ({ code, syscall }) {
      outcome = [code, syscall];
    }
    const elapsedMs = performance.now() - start;
    // Listeners run when the loop polls, which happens between two rounds of immediates.
    await setImmediate();
    await setImmediate();
    writeSync(1, JSON.stringify({ outcome, elapsedMs, heard }));
    process.exit();
    `,
    {},
    options,
  );
  await child.printed('waiting');
  const { pid } = child.process;
  if (pid === undefined) throw new Error('the child did not start');
  return {
    ...child,
    async signal(signal) {
      await blockedIn(String(pid), WAITS[backend]);
      child.process.kill(signal);
    },
    async endChild() {
      await blockedIn(String(pid), WAITS[backend]);
      process.kill(Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')), 'SIGKILL');
    },
    keepSignalling(signal) {
      const timer = setInterval(() => child.process.kill(signal), 10);
      onTestFinished(() => clearInterval(timer));
    },
    async waited() {
      const { stdout, stderr } = await child.ended;
      const report = stdout.replace('waiting\n', '');
      if (report === '') throw new Error(`the child did not return from its wait: ${stderr}`);
      return JSON.parse(report) as Waited;
    },
  };
}
