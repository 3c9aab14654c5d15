import { readFileSync } from 'node:fs';
import { median } from '../median.js';
import { peersOf, type Report, type Results, seriesOf, sizesOf, valuesOf, type Verdict } from '../results.js';
import { asked, notMeasured } from './notes.js';
import { grouped, range, rounded } from './numbers.js';
import { ratioToC } from './reference.js';
import { summary } from './summary.js';

/** What was tried to make the figures better, told by whoever did. */
const TRIED = new URL('../../../benchmarks/tried.md', import.meta.url);

function list(lines: string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

function rows(head: string[], body: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join('\n');
}

/** Groups in the order in which each came first. */
function groupedBy<T>(all: T[], keyOf: (each: T) => string): [key: string, group: T[]][] {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return [...groups];
}

function cell(results: Results, peer: string, size: number, figure: string): string {
  const { refused, failed } = seriesOf(results, peer, size) ?? {};
  if (refused !== undefined) return failed === undefined ? 'refuses' : 'failed';
  const values = valuesOf(results, peer, size, figure);
  if (values.length === 0) return '';
  const ratio = ratioToC(results, peer, size, figure);
  return `${rounded(median(values))}${ratio === undefined ? '' : ` (x ${ratio.toFixed(2)})`}`;
}

/** Peers as rows. Of a workload with one size or many figures these are columns, else each is a table over sizes. */
function tables(results: Results): string {
  const peers = peersOf(results);
  const sizes = sizesOf(results);
  const names = results.figures.map(({ name }) => name);
  if (sizes.length === 1 || names.length > 3) {
    const size = Math.max(...sizes);
    const head = [sizes.length === 1 && size === 1 ? '' : `${grouped(size)} ${results.sizeOf}`, ...names];
    return rows(head, peers.map((peer) => [peer, ...names.map((name) => cell(results, peer, size, name))]));
  }
  return names
    .map((name) => {
      const head = [`${name}, by ${results.sizeOf}`, ...sizes.map((size) => grouped(size))];
      return rows(head, peers.map((peer) => [peer, ...sizes.map((size) => cell(results, peer, size, name))]));
    })
    .join('\n\n');
}

/** One line for the sizes at which a peer misses the same target. */
function missedLine(missed: Verdict[]): string {
  const [{ peer, to, figure }] = missed;
  const found = range(missed.map(({ ratio }) => ratio), to === undefined ? 1 : 3);
  const sizes = missed.map(({ size }) => grouped(size)).join(', ');
  return `\`${peer}\` at ${sizes}: ${figure} ${found}, target ${asked(missed[0])}`;
}

function targets({ verdicts }: Results): string {
  if (verdicts.length === 0) return '';
  const missed = verdicts.filter(({ met }) => !met);
  const met = `Targets: ${verdicts.length - missed.length} of ${verdicts.length} met.`;
  const groups = groupedBy(missed, (each) => `${each.peer} ${each.figure} ${asked(each)}`);
  return missed.length === 0 ? met : `${met} Missed:\n\n${list(groups.map(([, group]) => missedLine(group)))}`;
}

function section(results: Results, hasPlot: boolean): string[] {
  const { workload, about, series } = results;
  return [
    `## ${workload}`,
    `${about[0].toUpperCase()}${about.slice(1)}.`,
    hasPlot ? `![${workload}](${workload}.svg)` : '',
    series.length === 0 ? '' : tables(results),
    targets(results),
  ];
}

/** What there are no figures of, each once, with the workloads that it holds for. */
function unmeasured(workloads: readonly Results[]): string[] {
  const all = workloads.flatMap((results) =>
    notMeasured(results).map(([what, why]) => ({ workload: results.workload, text: `${what}: ${why}` })),
  );
  const lines = groupedBy(all, ({ text }) => text).map(
    ([text, group]) => `${group.map(({ workload }) => workload).join(', ')}: ${text}`,
  );
  return lines.length === 0 ? [] : ['## Not measured', list(lines)];
}

function tried(): string {
  try {
    return readFileSync(TRIED, 'utf8').trimEnd();
  } catch {
    return '';
  }
}

function origin({ date, commit, seconds, quick, interrupted }: Report): string {
  const at = commit === '' ? '' : ` at commit ${commit}`;
  const time = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  const command = `npm run bench${quick ? ' -- --quick' : ''}`;
  const whole = interrupted ? ' It was interrupted: what is there is not all of it.' : '';
  return (
    `Measured on ${date}${at} in ${time} by \`${command}\`, which repeats it.${whole} Medians; peers took turns, ` +
    'each run in a process of its own. In parentheses: the median of the ratios to the same program in C, compiled ' +
    'with -O2, in a process of one thread.'
  );
}

/** The report that a person reads. */
export function markdown(report: Report, pictures: Set<string>): string {
  const { machine, workloads } = report;
  const said = summary(report);
  const parts = [
    '# select, poll and epoll past 1024 descriptors',
    origin(report),
    rows(['', ''], Object.entries(machine)).replaceAll('---:', '---'),
    ...(said.length === 0 ? [] : ['## What it says', list(said)]),
    ...workloads.flatMap((results) => section(results, pictures.has(results.workload))),
    ...unmeasured(workloads),
    tried(),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
