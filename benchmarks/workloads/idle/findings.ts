import { medianOf, type Results, sizesOf } from '../../harness/results.js';
import { BACKENDS } from '../../report/backends.js';
import { sentence } from '../../report/findings.js';
import { refusals } from '../../report/notes.js';
import { duration, grouped, rounded } from '../../report/numbers.js';

/** The selector of each back end, in a form that can do all sizes. */
const SELECTORS = ['SelectSelector.select+fdSetSize', 'PollSelector.select', 'EpollSelector.select'];

/** The median of each selector at a size. */
function costsAt(results: Results, size: number): (number | undefined)[] {
  const [{ name }] = results.figures;
  return SELECTORS.map((peer) => medianOf(results, peer, size, name));
}

function costs(results: Results, most: number): string[] {
  const each = costsAt(results, most).map((cost, i) => cost && `${duration(cost)} with ${BACKENDS[i]}`);
  return sentence(`**One wait among ${grouped(most)} descriptors** takes `, each);
}

function slopes(results: Results, fewest: number, most: number): string[] {
  if (fewest === most) return [];
  const low = costsAt(results, fewest);
  const each = costsAt(results, most).map((high, i) => {
    const start = low[i];
    if (high === undefined || start === undefined) return undefined;
    const slope = (high - start) / (most - fewest);
    return `${rounded(Number(slope.toFixed(2)))} ns with ${BACKENDS[i]}`;
  });
  return sentence(`**Each registered descriptor**, from ${grouped(fewest)} to ${grouped(most)}, adds `, each);
}

function refusedSizes(results: Results, sizes: number[]): string[] {
  const beyond = sizes.filter((size) => size > 1024 && costsAt(results, size)[0] !== undefined);
  return sentence(
    '**FD_SETSIZE (1024)** limits the number of a descriptor, not how many there are, and every program has some open ' +
      'from the start: ',
    refusals(results)
      .filter(({ failed }) => failed === undefined)
      .map(({ peer, size }) => `\`${peer}\` refuses ${grouped(size)}`),
    beyond.length === 0 ? '.' : `. With \`fdSetSize\`, select handled ${grouped(Math.max(...beyond))}.`,
  );
}

export function findings(results: Results): string[] {
  const sizes = sizesOf(results);
  const [fewest, most] = [Math.min(...sizes), Math.max(...sizes)];
  return [...costs(results, most), ...slopes(results, fewest, most), ...refusedSizes(results, sizes)];
}
