import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Found } from './child.js';
import type { Progress } from './progress.js';
import { Runner } from './runner.js';

/** The most sequences that a process gets at a time. */
const MOST = 50;

const directory = fileURLToPath(new URL('.', import.meta.url));

/** Runs sequences from a seed on, in several processes at once, as they mostly wait. Returns the first failure. */
export async function explore(
  seed: number,
  sequences: number,
  patienceMs: number,
  progress: Progress,
): Promise<Found | undefined> {
  const runners = Array.from({ length: 2 * availableParallelism() }, () => new Runner());
  const batch = Math.min(MOST, Math.ceil(sequences / runners.length));
  let next = 0;
  let found: Found | undefined;
  const work = async (runner: Runner, id: number) => {
    const trace = `${directory}trace-${process.pid}-${id}.jsonl`;
    while (next < sequences && found === undefined) {
      const task = { seed: (seed + next) >>> 0, sequences: Math.min(batch, sequences - next), trace, patienceMs };
      next += task.sequences;
      const result = await runner.run(task, (operations) => progress.add(operations));
      found ??= result;
    }
    runner.close();
  };
  await Promise.all(runners.map(work));
  return found;
}
