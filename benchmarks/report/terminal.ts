import Table from 'cli-table3';
import { median } from '../harness/median.js';
import { peersOf, type Results, seriesOf, sizesOf, valuesOf } from '../harness/results.js';
import type { Figure } from '../harness/workload.js';
import { bound, notMeasured } from './notes.js';
import { grouped } from './numbers.js';
import { ratioToC } from './reference.js';

/** Only the head is underlined. */
const LINES = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right'].flatMap((place) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${place}${end}`, '']),
  ),
);
const STYLE = { chars: { ...LINES, middle: ' ' }, style: { head: [], border: [], compact: true, 'padding-left': 0 } };

/** Whether the targets of a figure were met; if not, the first one that was missed. */
function judged({ verdicts }: Results, peer: string, size: number, figure: string): string {
  const all = verdicts.filter((each) => each.peer === peer && each.size === size && each.figure === figure);
  const missed = all.find(({ met }) => !met);
  if (missed !== undefined) return `missed ${bound(missed)}`;
  return all.length > 0 ? 'met' : '';
}

/** The median and the ratio to C; if there is only one figure, also its range and its target. */
function cells(results: Results, peer: string, size: number, { name, digits }: Figure): string[] {
  const values = valuesOf(results, peer, size, name);
  const ratio = ratioToC(results, peer, size, name);
  const middle = values.length === 0 ? '' : grouped(median(values), digits);
  const times = ratio === undefined ? '' : `x ${ratio.toFixed(2)}`;
  const verdict = judged(results, peer, size, name);
  if (results.figures.length > 1) {
    return [[middle, times, verdict.startsWith('missed') ? 'missed' : ''].filter((part) => part !== '').join(' ')];
  }
  const ends = [Math.min(...values), Math.max(...values)].map((value) => grouped(value, digits));
  return [middle, values.length < 2 ? '' : ends.join(' - '), times, verdict];
}

function row(results: Results, peer: string, size: number): string[] {
  const { refused, failed } = seriesOf(results, peer, size) ?? {};
  const figures = results.figures.flatMap((figure) => cells(results, peer, size, figure));
  if (refused !== undefined) figures[0] = failed === undefined ? 'refuses' : 'failed';
  return [grouped(size), peer, ...figures];
}

/** The table of one workload, and what was not measured. */
export function table(results: Results): string {
  // Many columns are made narrower by breaking their heads.
  const many = results.figures.length > 3;
  const figures = results.figures.map(({ name }) => (many ? name.replace(/ (?=per )/u, '\n') : name));
  const more = results.figures.length > 1 ? [] : ['range', 'to C', 'target'];
  const head = [results.sizeOf.replaceAll(' ', '\n'), 'peer', ...figures, ...more];
  const left = new Set(['peer', 'target']);
  const rows = new Table({ head, colAligns: head.map((name) => (left.has(name) ? 'left' : 'right')), ...STYLE });
  for (const size of sizesOf(results)) {
    for (const peer of peersOf(results)) rows.push(row(results, peer, size));
    rows.push([]);
  }
  const notes = notMeasured(results).map(([what, why]) => `${what}: ${why}`);
  const lines = [`${results.workload}: ${results.about}`, rows.toString().trimEnd(), ...notes];
  return `\n${lines.join('\n').replaceAll(/ +$/gmu, '')}`;
}
