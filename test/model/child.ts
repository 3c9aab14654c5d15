// Runs sequences in a process of its own, as they close and reuse descriptors and may crash.
import { closeSync, ftruncateSync, openSync, readdirSync, readlinkSync, writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { BACKENDS } from './driver.js';
import { Failure } from './failure.js';
import { Generator } from './generate.js';
import type { Operation, Sequence } from './operation.js';
import { Run } from './run.js';
import { askWitnessOfStates } from './witness.js';

export interface Found {
  what: Failure['what'];
  message: string;
  sequence: Sequence;
}

/** A child's messages: how many operations the sequence had that has ended, and at the end of a task what it found. */
export type Message = { operations: number } | { found: Found | undefined };

export type Task = { patienceMs: number } & (
  | { replay: Sequence }
  /** Sequences from a seed on. `trace` is a file for the sequence in progress. */
  | { seed: number; sequences: number; trace: string }
);

function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      return [];
    }
  });
}

/** Lets the loop turn first, as libuv closes its descriptors only then. */
async function checkLeaks(before: string[]): Promise<void> {
  let left: string[] = [];
  for (let i = 0; i < 20; i++) {
    left = openDescriptors().filter((each) => !before.includes(each));
    if (left.length === 0) return;
    await turn();
  }
  throw new Failure('leak', `left open: ${left.join(', ')}`);
}

async function perform(
  sequence: Pick<Sequence, 'low' | 'unpollable'>,
  patienceMs: number,
  next: (run: Run) => Operation | undefined,
): Promise<void> {
  const before = openDescriptors();
  const run = new Run(sequence, patienceMs);
  try {
    for (;;) {
      const operation = next(run);
      if (operation === undefined) break;
      await run.perform(operation);
    }
  } finally {
    run.close();
  }
  await checkLeaks(before);
}

async function judge(sequence: Sequence, work: Promise<void>): Promise<Found | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { message, stack = message } = error as Error;
    if (error instanceof Failure) return { what: error.what, message, sequence };
    return { what: 'error', message: stack, sequence };
  }
}

async function replay(sequence: Sequence, patienceMs: number): Promise<Found | undefined> {
  const operations = [...sequence.operations];
  return judge(sequence, perform(sequence, patienceMs, () => operations.shift()));
}

/** Runs one sequence of random operations, and returns how many there were. */
async function generate(
  seed: number,
  note: Note,
  patienceMs: number,
): Promise<[found: Found | undefined, count: number]> {
  let current: Run | undefined;
  const generator = new Generator(seed, () => current!);
  const { sequence } = generator;
  const { operations, ...header } = sequence;
  note.start(header);
  const next = (run: Run) => {
    current = run;
    if (operations.length === generator.length) return undefined;
    const operation = generator.next();
    operations.push(operation);
    note.add(operation);
    return operation;
  };
  return [await judge(sequence, perform(sequence, patienceMs, next)), operations.length];
}

interface Note {
  start(line: unknown): void;
  add(line: unknown): void;
  close(): void;
}

/** Writes the sequence in progress to a file, as lines of JSON, in case the process crashes. */
function notes(path: string): Note {
  const fd = openSync(path, 'w');
  let position = 0;
  const add = (line: unknown) => {
    position += writeSync(fd, `${JSON.stringify(line)}\n`, position);
  };
  const start = (line: unknown) => {
    ftruncateSync(fd, 0);
    position = 0;
    add(line);
  };
  return { start, add, close: () => closeSync(fd) };
}

/** Opens what a process opens once and keeps, before descriptors are counted. */
async function warmUp(): Promise<void> {
  const waits = BACKENDS.map((backend): Operation => {
    return { op: 'selectAsync', on: [backend], timeoutMs: 1, via: 'promise', during: [], end: undefined };
  });
  const operations: Operation[] = [{ op: 'open', kind: 'tcp', at: [0, 1] }, ...waits];
  await judge(
    { seed: 0, low: false, unpollable: 'throw', operations },
    perform({ low: false, unpollable: 'throw' }, 1000, () => operations.shift()),
  );
}

async function carryOut(task: Task, tell: (message: Message) => void): Promise<Found | undefined> {
  const { patienceMs } = task;
  if ('replay' in task) return replay(task.replay, patienceMs);
  const nothing: Sequence = { seed: task.seed, low: false, unpollable: 'throw', operations: [] };
  const wrong = await judge(nothing, Promise.resolve().then(askWitnessOfStates));
  if (wrong !== undefined) return wrong;
  const note = notes(task.trace);
  try {
    for (let i = 0; i < task.sequences; i++) {
      const [found, operations] = await generate((task.seed + i) >>> 0, note, patienceMs);
      if (found !== undefined) return found;
      tell({ operations });
    }
  } finally {
    note.close();
  }
  return undefined;
}

const tell = (message: Message) => {
  process.send?.(message);
};
await warmUp();
process.on('message', (task: Task) => {
  void carryOut(task, tell).then((found) => tell({ found }));
});
