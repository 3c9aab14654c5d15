import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Found, Message, Task } from './child.js';
import type { Operation, Sequence } from './operation.js';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));
/** A child that is silent for this many times its patience hangs. */
const HANGS = 12;

/** A process that carries out tasks, one at a time. If it crashes, the next task gets a new process. */
export class Runner {
  #child: ChildProcess | undefined;

  run(task: Task, onSequence: (operations: number) => void = () => {}): Promise<Found | undefined> {
    const child = (this.#child ??= fork(CHILD, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] }));
    let errors = '';
    const collect = (text: Buffer) => (errors += String(text));
    const hangs = setTimeout(() => child.kill('SIGKILL'), HANGS * task.patienceMs);
    child.stderr?.on('data', collect);
    child.send(task);
    return new Promise<Found | undefined>((resolve) => {
      child.on('message', (message: Message) => {
        hangs.refresh();
        if ('operations' in message) onSequence(message.operations);
        else resolve(message.found);
      });
      child.on('exit', (code, signal) => {
        this.#child = undefined;
        const message = `the process ended with ${code ?? signal} ${errors}`.trim();
        resolve({ what: 'crash', message, sequence: sequenceOf(task) });
      });
    }).finally(() => {
      clearTimeout(hangs);
      child.removeAllListeners();
      child.stderr?.off('data', collect);
    });
  }

  close(): void {
    this.#child?.kill();
    this.#child = undefined;
  }
}

/** The sequence that was in progress when a child ended. */
function sequenceOf(task: Task): Sequence {
  if ('replay' in task) return task.replay;
  const lines = readFileSync(task.trace, 'utf8').trimEnd().split('\n');
  const [header, ...operations] = lines.map((line) => JSON.parse(line) as unknown);
  return { ...(header as Sequence), operations: operations as Operation[] };
}
