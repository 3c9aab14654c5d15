import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../../harness/median.js';
import { programsOf } from '../../harness/peers.js';
import type { Figures, Workload } from '../../harness/workload.js';
import type { Presentation } from '../../report/presentation.js';

const OVER_EMPTY = 'ms over an empty script';
const WHOLE = 'ms';
const ADDON = 'kB of addon, stripped';
const OURS = 'io-selectors';
const { ours, python, net, npm } = programsOf('load');

/** How long a program runs. */
function millisecondsOf([file, ...args]: string[]): number {
  const start = performance.now();
  const { status, signal, stderr } = spawnSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  const elapsed = performance.now() - start;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${signal ?? status} ${stderr}`.trimEnd());
  return elapsed;
}

/** The same command with the script that loads nothing. */
function emptyFor(command: string[]): string[] {
  return command.map((argument) => argument.replace(/[\w-]+(?=\.(js|py)$)/u, 'empty'));
}

/** The two scripts take turns, so that a change in the machine's speed affects both. */
function measureLoading(command: string[], milliseconds: number): Figures {
  const empty = emptyFor(command);
  const overEmpty: number[] = [];
  const whole: number[] = [];
  // The first run of each reads from disk what later ones find in memory.
  millisecondsOf(empty);
  millisecondsOf(command);
  for (const end = performance.now() + milliseconds; performance.now() < end; ) {
    const base = millisecondsOf(empty);
    const elapsed = millisecondsOf(command);
    whole.push(elapsed);
    overEmpty.push(elapsed - base);
  }
  return { [OVER_EMPTY]: median(overEmpty), [WHOLE]: median(whole) };
}

/** The size of the addon as it is published. No figure if there is no strip(1). */
function measureAddon(): Figures {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has no types
  const { path: find } = createRequire(import.meta.url)('node-gyp-build') as { path(this: void, root: string): string };
  const directory = mkdtempSync(join(tmpdir(), 'io-selectors-'));
  try {
    const stripped = join(directory, 'addon.node');
    execFileSync('strip', ['-o', stripped, find(root)], { stdio: 'ignore' });
    return { [ADDON]: statSync(stripped).size / 1000 };
  } catch {
    return {};
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What it costs a program to load the package. */
export const load: Workload & Presentation = {
  name: 'load',
  about: "how much longer `import 'io-selectors'` takes than an empty script, and the size of the addon",
  sizeOf: 'fresh process',
  sizesFixed: true,
  figures: [
    { name: OVER_EMPTY, digits: 1 },
    { name: WHOLE, digits: 1 },
    { name: ADDON, digits: 1 },
  ],
  full: { rounds: 5, milliseconds: 700, sizes: [1] },
  quick: { rounds: 1, milliseconds: 600, sizes: [1] },

  descriptors: () => 100,

  peers: () => [ours(OURS), net(), python('selectors'), npm()],

  async measure(peer, size, milliseconds) {
    const loading = measureLoading(peer.command(size, milliseconds), milliseconds);
    return peer.name === OURS ? { ...loading, ...measureAddon() } : loading;
  },

  targets: () => [
    {
      peer: OURS,
      figure: OVER_EMPTY,
      most: 10,
      reason: "finding and loading the addon takes 4 ms, Node's own modules 2 and the module loader 2",
    },
    { peer: OURS, figure: ADDON, most: 130 },
  ],

  highlights: [
    {
      what: () => 'load the package',
      figure: OVER_EMPTY,
      size: 1,
      ours: OURS,
      python: 'Python/selectors',
      net: 'node:net',
    },
  ],
};
