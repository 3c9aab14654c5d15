// npm run test:model: compares random operations on the selectors with a model.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Found } from './child.js';
import { describe } from './describe.js';
import { explore } from './explore.js';
import type { Sequence } from './operation.js';
import { Progress } from './progress.js';
import { Runner } from './runner.js';
import { shrink } from './shrink.js';

/** How long a wait may take that should return at once. */
const PATIENCE_MS = 5000;
/** The same while shrinking, where many candidates take all of it. */
const SHRINKING_PATIENCE_MS = 500;
const SHRINKING_MS = 120_000;

const HELP = `Usage: npm run test:model -- [OPTION...]
Random operations on the selectors of all back ends side by side, compared with a model and with poll(2). Ends with
status 1 if they differ, and prints the shortest sequence that does.

  --sequences N    how many, of 20 to 160 operations each: default 10000
  --seed N         where to start: default a random number, which is printed
  --replay FILE    the sequence that a failure has left in FILE`;

const directory = fileURLToPath(new URL('.', import.meta.url));

async function shorten(runner: Runner, found: Found): Promise<Found> {
  const until = performance.now() + SHRINKING_MS;
  let shortest = found;
  await shrink(found.sequence, async (candidate) => {
    if (performance.now() > until) return false;
    const result = await runner.run({ replay: candidate, patienceMs: SHRINKING_PATIENCE_MS });
    if (result?.what !== found.what) return false;
    shortest = result;
    return true;
  });
  return shortest;
}

/** Prints the sequence, and writes it to a file so that it can be replayed. */
function print({ message, sequence }: Found, whole: number): void {
  const { seed, low, unpollable, operations } = sequence;
  writeFileSync(`${directory}${seed}.json`, JSON.stringify(sequence, undefined, 1));
  const numbers = low ? 'lowest free numbers' : 'high numbers';
  console.log(`seed ${seed}: ${operations.length} of ${whole} operations, ${numbers}, unpollable: '${unpollable}'`);
  for (const [i, each] of operations.entries()) console.log(`${String(i + 1).padStart(4)}  ${describe(each)}`);
  console.log(`${message}\nAgain: npm run test:model -- --replay build/model/${seed}.json`);
}

async function replay(runner: Runner, file: string): Promise<boolean> {
  const sequence = JSON.parse(readFileSync(file, 'utf8')) as Sequence;
  const found = await runner.run({ replay: sequence, patienceMs: PATIENCE_MS });
  if (found === undefined) console.log('as the model says');
  else print(found, sequence.operations.length);
  return found === undefined;
}

async function search(runner: Runner, seed: number, sequences: number): Promise<boolean> {
  const progress = new Progress(seed, sequences);
  const found = await explore(seed, sequences, PATIENCE_MS, progress);
  if (found === undefined) {
    console.log(`seed ${seed}: as the model says. ${progress.summary()}`);
    return true;
  }
  console.log(`seed ${found.sequence.seed}: ${found.message}`);
  print(await shorten(runner, found), found.sequence.operations.length);
  return false;
}

function whole(text: string, name: string): number {
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new Error(`--${name} ${text}: a whole number is needed. See --help`);
}

async function main(): Promise<boolean> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { sequences: text, seed: text, replay: text, help: { type: 'boolean' } } });
  if (values.help === true) {
    console.log(HELP);
    return true;
  }
  const seed = whole(values.seed ?? String(Math.floor(Math.random() * 2 ** 32)), 'seed');
  const sequences = whole(values.sequences ?? '10000', 'sequences');
  const runner = new Runner();
  try {
    if (values.replay !== undefined) return await replay(runner, values.replay);
    return await search(runner, seed, sequences);
  } finally {
    runner.close();
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
