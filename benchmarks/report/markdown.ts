import { readFileSync } from 'node:fs';
import { medianOf, peersOf, type Report, type Results, seriesOf, sizesOf, type Verdict } from '../harness/results.js';
import { asked, digitsOf, measureOf, notMeasured, reasonFor, repetition } from './notes.js';
import { grouped, range, rounded } from './numbers.js';
import type { Presentation } from './presentation.js';
import { overview } from './readme.js';
import { ratioToC } from './reference.js';
import { rows } from './tables.js';

/** What was tried to make the package faster. */
const TRIED = new URL('../../../benchmarks/tried.md', import.meta.url);

function list(lines: string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

/** Groups in the order of their first elements. */
function groupedBy<T>(all: T[], keyOf: (each: T) => string): [key: string, group: T[]][] {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return [...groups];
}

function cell(results: Results, peer: string, size: number, figure: string): string {
  const { refused, failed } = seriesOf(results, peer, size) ?? {};
  if (refused !== undefined) return failed === undefined ? 'refuses' : 'failed';
  const value = medianOf(results, peer, size, figure);
  if (value === undefined) return '';
  const ratio = ratioToC(results, peer, size, figure);
  return `${rounded(value)}${ratio === undefined ? '' : ` (x ${ratio.toFixed(2)})`}`;
}

/** One table of all figures if there is one size or there are many figures, otherwise one for each figure. */
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
function missedLine(results: Results, missed: Verdict[]): string {
  const [first] = missed;
  const found = range(missed.map(({ ratio }) => ratio), digitsOf(first));
  const sizes = missed.map(({ size }) => grouped(size)).join(', ');
  const repeats = Math.max(...missed.map(({ repeats = 0 }) => repeats));
  const again = repeats === 0 ? '' : ` (${repetition(repeats)})`;
  const reason = reasonFor(results, missed);
  const why = reason === '' ? '' : `. ${reason[0].toUpperCase()}${reason.slice(1)}.`;
  return `\`${first.peer}\` at ${sizes}: ${measureOf(first)} ${found}, target ${asked(first)}${again}${why}`;
}

function targets(results: Results): string {
  const { verdicts } = results;
  if (verdicts.length === 0) return '';
  const missed = verdicts.filter(({ met }) => !met);
  const met = `Targets: ${verdicts.length - missed.length} of ${verdicts.length} met.`;
  const groups = groupedBy(missed, (each) => `${each.peer} ${each.figure} ${asked(each)}`);
  if (missed.length === 0) return met;
  return `${met} Missed:\n\n${list(groups.map(([, group]) => missedLine(results, group)))}`;
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

/** Each reason once, with the workloads that it applies to. */
function unmeasured(all: readonly Results[]): string[] {
  const notes = all.flatMap((results) =>
    notMeasured(results).map(([what, why]) => ({ workload: results.workload, text: `${what}: ${why}` })),
  );
  const lines = groupedBy(notes, ({ text }) => text).map(
    ([text, group]) => `${group.map(({ workload }) => workload).join(', ')}: ${text}`,
  );
  return lines.length === 0 ? [] : ['## Not measured', list(lines)];
}

function findings({ workloads: all }: Report, workloads: readonly Presentation[]): string[] {
  const said = workloads.flatMap(({ name, findings }) =>
    all.filter(({ workload, series }) => workload === name && series.length > 0).flatMap((each) => findings?.(each) ?? []),
  );
  const verdicts = all.flatMap((results) => results.verdicts);
  const met = verdicts.filter((verdict) => verdict.met).length;
  if (verdicts.length > 0) said.push(`**Targets**: ${met} of ${verdicts.length} are met; the others are listed below.`);
  return said.length === 0 ? [] : ['## Findings', list(said)];
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
  const incomplete = interrupted ? ' The run was interrupted, so the results are incomplete.' : '';
  return (
    `Measured on ${date}${at} in ${time} with \`${command}\`.${incomplete} All figures are medians. The peers took ` +
    'turns, and each run was a process of its own. In parentheses: the ratio to the same program in C, compiled with ' +
    '-O2, as the median of the ratios in each round. Node always has several threads, and then the kernel counts its ' +
    'references to descriptors; so this is C with an idle second thread (`+thread`) where it was measured with one.'
  );
}

/** The full report. */
export function markdown(report: Report, workloads: readonly Presentation[], pictures: Set<string>): string {
  const parts = [
    '# select, poll and epoll past 1024 descriptors',
    origin(report),
    rows(['', ''], Object.entries(report.machine)).replaceAll('---:', '---'),
    '## Overview',
    overview(report, workloads, ''),
    ...findings(report, workloads),
    ...report.workloads.flatMap((results) => section(results, pictures.has(results.workload))),
    ...unmeasured(report.workloads),
    tried(),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
