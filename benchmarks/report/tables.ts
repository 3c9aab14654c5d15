import Table from 'cli-table3';
import { median } from '../median.js';
import { peersOf, type Results, seriesOf, sizesOf, valuesOf } from '../results.js';
import type { Figure } from '../workload.js';
import { grouped } from './numbers.js';
import { ratioToC } from './reference.js';

/** No lines but the one under the head. */
const LINES = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right'].flatMap((place) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${place}${end}`, '']),
  ),
);
const STYLE = { chars: { ...LINES, middle: ' ' }, style: { head: [], border: [], compact: true } };

/** The median of a figure, and the ratio to C; with room for it, the range. */
function cells(results: Results, peer: string, size: number, { name, digits }: Figure): string[] {
  const values = valuesOf(results, peer, size, name);
  const ratio = ratioToC(results, peer, size, name);
  const middle = values.length === 0 ? '' : grouped(median(values), digits);
  const times = ratio === undefined ? '' : `x ${ratio.toFixed(2)}`;
  if (results.figures.length > 1) return [`${middle} ${times}`.trim()];
  if (values.length < 2) return [middle, times];
  return [`${middle} (${grouped(Math.min(...values), digits)} - ${grouped(Math.max(...values), digits)})`, times];
}

function row(results: Results, peer: string, size: number): string[] {
  const { refused, failed } = seriesOf(results, peer, size) ?? {};
  const figures = results.figures.flatMap((figure) => cells(results, peer, size, figure));
  if (refused !== undefined) figures[0] = failed === undefined ? 'refuses' : 'failed';
  return [grouped(size), peer, ...figures];
}

/** The table of one workload for a terminal, and what there is none of. */
export function table(results: Results): string {
  const figures = results.figures.map(({ name }) => name);
  const head = [results.sizeOf, 'peer', ...figures, ...(figures.length > 1 ? [] : ['to C'])];
  const rows = new Table({ head, colAligns: head.map((_, i) => (i === 1 ? 'left' : 'right')), ...STYLE });
  for (const size of sizesOf(results)) {
    for (const peer of peersOf(results)) rows.push(row(results, peer, size));
    rows.push([]);
  }
  const lines = [`${results.workload}: ${results.about}`, rows.toString().trimEnd(), ...notes(results)];
  return `\n${lines.join('\n').replaceAll(/ +$/gmu, '')}`;
}

/** What there are no figures of, and why. */
export function notes(results: Results): string[] {
  const { missing, beyondLimit } = results;
  const sizes = beyondLimit.map((size) => grouped(size)).join(', ');
  return [
    ...refusals(results),
    ...missing.map(({ peer, reason }) => `missing: ${peer}: ${reason}`),
    ...(sizes === '' ? [] : [`not measured, as the limit of descriptors is too low: ${sizes} ${results.sizeOf}`]),
  ];
}

/** What the peers said that did not do a size, the first of each. */
function refusals({ series }: Results): string[] {
  const first = new Map<string, string>();
  for (const { peer, size, refused, failed } of series) {
    if (refused === undefined || first.has(peer)) continue;
    first.set(peer, `${failed === undefined ? 'refuses' : 'failed'}: ${peer} at ${grouped(size)}: ${refused}`);
  }
  return [...first.values()];
}
