// The part of README.md that a complete run writes: one picture and one table.
import { readFileSync, writeFileSync } from 'node:fs';
import { medianOf, type Report, type Results, seriesOf, sizesOf } from '../harness/results.js';
import { grouped, withUnit } from './numbers.js';
import type { Highlight, Presentation } from './presentation.js';
import { ratioToC, referenceOf } from './reference.js';
import { rows } from './tables.js';

const PICTURE = { workload: 'idle', text: 'The cost of one wait by the number of registered descriptors' };
const START = '<!-- benchmark: written by npm run bench -->';
const END = '<!-- /benchmark -->';

/** The measured size that a row shows: the one it names, or the next smaller one. */
function sizeFor(results: Results, { size, ours, figure }: Highlight): number | undefined {
  const measured = sizesOf(results).filter((each) => medianOf(results, ours, each, figure) !== undefined);
  return measured.filter((each) => each <= size).toSorted((a, b) => a - b).at(-1);
}

function cell(results: Results, peer: string | undefined, size: number, figure: string): string {
  if (peer === undefined) return '';
  const value = medianOf(results, peer, size, figure);
  if (value === undefined) return seriesOf(results, peer, size)?.refused === undefined ? '' : 'refuses';
  const ratio = ratioToC(results, peer, size, figure);
  return `${withUnit(value, figure)}${ratio === undefined ? '' : `, x ${ratio.toFixed(2)}`}`;
}

function row(results: Results, highlight: Highlight): string[][] {
  const size = sizeFor(results, highlight);
  if (size === undefined) return [];
  const { what, figure, ours, python, net } = highlight;
  const peers = [referenceOf(results, ours, size, figure), ours, python, net];
  return [[what(grouped(size)), ...peers.map((peer) => cell(results, peer, size, figure))]];
}

/** One line with what a reader needs to place the figures. */
function origin({ date, machine }: Report): string {
  const { CPU, kernel, Node, Python, 'C compiler': compiler } = machine;
  const facts = {
    CPU,
    kernel,
    Node: Node?.replace(/^v(.*?),.*/u, 'Node $1'),
    Python: Python && `Python ${Python}`,
    compiler: compiler?.replace(/ \(.*?\)/u, ''),
  };
  const known = Object.values(facts).filter((fact) => fact !== undefined);
  return `Measured on ${date}: ${known.join(', ')}. Medians; a ratio to the same program in C is the median of the ratios of all rounds.`;
}

/** The summary, for a file from which the directory of results has this path. */
export function overview(report: Report, workloads: readonly Presentation[], results: string): string {
  const body = workloads.flatMap(({ name, highlights }) =>
    report.workloads
      .filter(({ workload }) => workload === name)
      .flatMap((each) => highlights.flatMap((highlight) => row(each, highlight))),
  );
  const hasPicture = report.workloads.some(({ workload }) => workload === PICTURE.workload);
  const picture = hasPicture ? [`![${PICTURE.text}](${results}${PICTURE.workload}.svg)`] : [];
  const table = rows(['', 'C', 'io-selectors', "Python's `selectors`", '`node:net`'], body);
  return [...picture, origin(report), table].join('\n\n');
}

/** Replaces what stands between the markers in a file; false if it has none. */
export function updateReadme(file: string, text: string): boolean {
  const before = readFileSync(file, 'utf8');
  const [start, end] = [before.indexOf(START), before.indexOf(END)];
  if (start === -1 || end < start) return false;
  writeFileSync(file, `${before.slice(0, start)}${START}\n${text}\n${before.slice(end)}`);
  return true;
}
