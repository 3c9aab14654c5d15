// The counterpart of wake.c with this package: node wake.js EpollSelector.waker CORES ROUNDS [CORE CORE]
import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { EpollSelector, Waker } from 'io-selectors';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

interface Side {
  readonly leads: boolean;
  readonly rounds: number;
  readonly core: string | undefined;
}

/** Pins this thread only. Node's other threads stay unpinned. */
function pin(core: string): void {
  const thread = readlinkSync('/proc/thread-self').split('/').at(-1) ?? '';
  execFileSync('taskset', ['--pid', '--cpu-list', core, thread]);
}

/** Returns the nanoseconds that the measured rounds took. */
function lead(waker: Waker, selector: EpollSelector, rounds: number): number {
  const run = (count: number) => {
    for (let i = 0; i < count; i++) {
      waker.wake();
      selector.select();
    }
  };
  run(Math.floor(rounds / 4));
  const start = process.hrtime.bigint();
  run(rounds);
  return Number(process.hrtime.bigint() - start);
}

function follow(waker: Waker, selector: EpollSelector, rounds: number): void {
  for (let i = 0; i < Math.floor(rounds / 4) + rounds; i++) {
    selector.select();
    waker.wake();
  }
}

function runSide({ leads, rounds, core }: Side): void {
  const selector = new EpollSelector();
  if (core !== undefined) pin(core);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(selector.waker.share());
  parentPort?.once('message', (fd: number) => {
    const waker = new Waker(fd);
    if (leads) console.log(JSON.stringify({ 'ns per wake-up': lead(waker, selector, rounds) / 2 / rounds }));
    else follow(waker, selector, rounds);
    waker.close();
    selector.close();
  });
}

function main(): void {
  const [, , , , rounds, ...cores] = process.argv;
  const sides = [true, false].map((leads, i) => {
    const workerData: Side = { leads, rounds: Number(rounds), core: cores[i] };
    return new Worker(new URL(import.meta.url), { workerData });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  sides.forEach((side, i) => side.once('message', (fd: number) => sides[1 - i].postMessage(fd)));
}

if (isMainThread) main();
else runSide(workerData);
