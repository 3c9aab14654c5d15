import { readFileSync } from 'node:fs';
import { median } from '../median.js';
import { peersOf, ratioOf, type Report, type Results, seriesOf, sizesOf, valuesOf } from '../results.js';
import type { Figure } from '../workload.js';
import { duration, grouped } from './numbers.js';
import { ratioToC } from './reference.js';
import { notes } from './tables.js';

/** What was tried to make the figures better, told by whoever did. */
const TRIED = new URL('../../../benchmarks/tried.md', import.meta.url);

function list(lines: string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

function rows(head: string[], body: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join('\n');
}

function cell(results: Results, peer: string, size: number, { name, digits }: Figure): string {
  const values = valuesOf(results, peer, size, name);
  if (values.length === 0) return seriesOf(results, peer, size)?.refused === undefined ? '' : 'refuses';
  const ratio = ratioToC(results, peer, size, name);
  const text = grouped(median(values), digits);
  return ratio === undefined || /^C\/\w+$/u.test(peer) ? text : `${text} (x ${ratio.toFixed(2)})`;
}

/** Peers as rows. Of a workload with one size the figures are columns, else each figure is a table over sizes. */
function tables(results: Results): string {
  const peers = peersOf(results);
  const sizes = sizesOf(results);
  if (sizes.length === 1 || results.figures.length > 3) {
    const size = sizes[sizes.length - 1];
    const head = [`${grouped(size)} ${results.sizeOf}`, ...results.figures.map(({ name }) => name)];
    return rows(head, peers.map((peer) => [peer, ...results.figures.map((figure) => cell(results, peer, size, figure))]));
  }
  return results.figures
    .map((figure) => {
      const head = [`${figure.name}, by ${results.sizeOf}`, ...sizes.map((size) => grouped(size))];
      return rows(head, peers.map((peer) => [peer, ...sizes.map((size) => cell(results, peer, size, figure))]));
    })
    .join('\n\n');
}

/** The median of a figure in words, for the summary; undefined if it was not measured. */
function medianOf(results: Results | undefined, peer: string, size: number, figure: string): number | undefined {
  const values = results === undefined ? [] : valuesOf(results, peer, size, figure);
  return values.length === 0 ? undefined : median(values);
}

function waitSentence(idle: Results): string[] {
  const [{ name }] = idle.figures;
  const size = Math.max(...sizesOf(idle));
  const [select, poll, epoll] = ['SelectSelector.select+fdSetSize', 'PollSelector.select', 'EpollSelector.select'].map(
    (peer) => medianOf(idle, peer, size, name),
  );
  if (select === undefined || poll === undefined || epoll === undefined) return [];
  return [
    `**One wait among ${grouped(size)} descriptors** takes ${duration(select)} with select, ${duration(poll)} with poll and ` +
      `${duration(epoll)} with epoll. Each descriptor that is watched adds ${duration(select / size)} to a wait with select ` +
      `and ${duration(poll / size)} with poll.`,
  ];
}

function edgeSentence(idle: Results): string[] {
  const first = (peer: string) => idle.series.find((each) => each.peer === peer && each.refused !== undefined)?.size;
  const [ours, python] = [first('SelectSelector.select'), first('Python/SelectSelector')];
  if (ours === undefined || python === undefined) return [];
  return [
    `**1024** is a limit of select's interface and of nothing else: plain \`SelectSelector\` refuses ${grouped(ours)} ` +
      `descriptors (Node itself has some open), Python's ${grouped(python)}. With \`fdSetSize\`, select goes on past it, ` +
      `and its cost goes on rising as before.`,
  ];
}

/** The ratio of a peer to another, of the first figure, as the lowest and the highest of all sizes. */
function ratios(results: Results, peer: string, to: string, figure: string): string | undefined {
  const all = sizesOf(results)
    .map((size) => ratioOf(results, { peer, to, figure }, size))
    .filter((ratio) => !Number.isNaN(ratio));
  if (all.length === 0) return undefined;
  const [low, high] = [Math.min(...all).toFixed(2), Math.max(...all).toFixed(2)];
  return low === high ? low : `${low} to ${high}`;
}

function priceSentences(dispatch: Results | undefined, echo: Results | undefined): string[] {
  const lines: string[] = [];
  if (dispatch !== undefined) {
    const [{ name }] = dispatch.figures;
    const raw = ratios(dispatch, 'Epoll.waitInto', 'C/epoll', name);
    const selector = ratios(dispatch, 'EpollSelector.select', 'C/epoll', name);
    const python = ratios(dispatch, 'Python/EpollSelector', 'EpollSelector.select', name);
    if (raw !== undefined && selector !== undefined) {
      const beside = python === undefined ? '' : `; Python's selectors take ${python} times as long as \`select\``;
      lines.push(
        `**An event** costs \`Epoll.waitInto\` ${raw} times and \`EpollSelector.select\` ${selector} times what it ` +
          `costs C${beside}.`,
      );
    }
  }
  if (echo !== undefined) {
    const [{ name }] = echo.figures;
    const each = ratios(echo, 'EpollSelector.selectEach', 'C/epoll', name);
    const many = ratios(echo, 'EpollSelector.selectEach+recvMany', 'C/epoll', name);
    const net = ratios(echo, 'EpollSelector.selectEach+recvMany', 'node:net', name);
    if (each !== undefined && many !== undefined && net !== undefined) {
      lines.push(
        `**An echo server** reaches ${each} of C's throughput with a call for each message, and ${many} with ` +
          `\`recvMany\` and \`sendMany\`, which is ${net} of \`node:net\`'s.`,
      );
    }
  }
  return lines;
}

function summary({ workloads }: Report): string {
  const named = (name: string) => workloads.find(({ workload }) => workload === name);
  const idle = named('idle');
  return list([
    ...(idle === undefined ? [] : [...waitSentence(idle), ...edgeSentence(idle)]),
    ...priceSentences(named('dispatch'), named('echo')),
  ]);
}

function targets(results: Results): string {
  const { verdicts } = results;
  if (verdicts.length === 0) return '';
  const missed = verdicts.filter(({ met }) => !met);
  const lines = missed.map(({ peer, to, figure, size, ratio, most, least }) => {
    const bound = most === undefined ? `at least ${least}` : `at most ${most}`;
    const what = to === undefined ? ratio.toFixed(1) : `x ${ratio.toFixed(2)} of ${to}`;
    return `${peer} at ${grouped(size)}: ${figure} ${what}, target ${bound}`;
  });
  const met = `Targets: ${verdicts.length - missed.length} of ${verdicts.length} met.`;
  return missed.length === 0 ? met : `${met} Missed:\n\n${list(lines)}`;
}

function section(results: Results, hasPlot: boolean): string {
  const { workload, about } = results;
  const parts = [
    `## ${workload}`,
    `${about[0].toUpperCase()}${about.slice(1)}.`,
    hasPlot ? `![${workload}](${workload}.svg)` : '',
    tables(results),
    targets(results),
    list(notes(results)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function tried(): string {
  try {
    return readFileSync(TRIED, 'utf8').trimEnd();
  } catch {
    return '';
  }
}

/** The report that a person reads. */
export function markdown(report: Report, pictures: Set<string>): string {
  const { date, commit, machine, seconds, workloads } = report;
  const parts = [
    '# select, poll and epoll past 1024 descriptors',
    `Measured on ${date} at commit ${commit} in ${Math.round(seconds / 60)} minutes by \`npm run bench\`. Medians; peers took ` +
      'turns, each run in a process of its own. In parentheses: the median of the ratios to the same program in C, compiled ' +
      'with -O2, in a process of one thread.',
    rows(['', ''], Object.entries(machine)).replaceAll('---:', '---'),
    '## What it says',
    summary(report),
    ...workloads.map((results) => section(results, pictures.has(results.workload))),
    tried(),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
