import { median } from '../median.js';
import { ratioOf, type Report, type Results, sizesOf, valuesOf } from '../results.js';
import { refusals } from './notes.js';
import { duration, grouped, range, rounded } from './numbers.js';
import { BACKENDS, referenceOf } from './reference.js';

/** The selector of each back end that can do all sizes. */
const SELECTORS = ['SelectSelector.select+fdSetSize', 'PollSelector.select', 'EpollSelector.select'];

function medianOf(results: Results, peer: string, size: number): number | undefined {
  const values = valuesOf(results, peer, size, results.figures[0].name);
  return values.length === 0 ? undefined : median(values);
}

/** The ratio of a peer to another, of the first figure, as the lowest and the highest of all sizes. */
function ratios(results: Results, peer: string, to: string): string | undefined {
  const [{ name: figure }] = results.figures;
  const all = sizesOf(results).map((size) => ratioOf(results, { peer, to, figure }, size)).filter(Number.isFinite);
  return all.length === 0 ? undefined : range(all);
}

/** What is known of some things, as one text: 'this, that and those'. */
function enumerated(parts: (string | undefined)[]): string {
  const known = parts.filter((part) => part !== undefined);
  const last = known.pop() ?? '';
  return known.length === 0 ? last : `${known.join(', ')} and ${last}`;
}

/** A sentence, if anything is known of what it is to say. */
function sentence(start: string, parts: (string | undefined)[], end = '.'): string[] {
  const text = enumerated(parts);
  return text === '' ? [] : [`${start}${text}${end}`];
}

function idleSentences(idle: Results): string[] {
  const sizes = sizesOf(idle);
  const [fewest, most] = [Math.min(...sizes), Math.max(...sizes)];
  const at = (size: number) => SELECTORS.map((peer) => medianOf(idle, peer, size));
  const [low, high] = [at(fewest), at(most)];
  const costs = BACKENDS.map((name, i) => (high[i] === undefined ? undefined : `${duration(high[i])} with ${name}`));
  const slopes = BACKENDS.map((name, i) => {
    if (fewest === most || low[i] === undefined || high[i] === undefined) return undefined;
    const slope = (high[i] - low[i]) / (most - fewest);
    return `${rounded(Number(slope.toFixed(2)))} ns with ${name}`;
  });
  const refused = refusals(idle).filter(({ failed }) => failed === undefined);
  const beyond = sizes.filter((size) => size > 1024 && medianOf(idle, SELECTORS[0], size) !== undefined);
  return [
    ...sentence(`**One wait among ${grouped(most)} descriptors** takes `, costs),
    ...sentence(`**Each descriptor that is watched**, from ${grouped(fewest)} to ${grouped(most)}, adds `, slopes),
    ...sentence(
      '**1024** bites by the number of a descriptor, and each program has some open before it starts: ',
      refused.map(({ peer, size }) => `\`${peer}\` refuses ${grouped(size)}`),
      beyond.length === 0 ? '.' : `. With \`fdSetSize\`, select did ${grouped(Math.max(...beyond))}.`,
    ),
  ];
}

/** How many times a peer's figure is that of another. */
function times(results: Results, peer: string, to = referenceOf(peer)): string | undefined {
  const ratio = ratios(results, peer, to);
  return ratio === undefined ? undefined : `\`${peer}\` ${ratio}`;
}

function dispatchSentences(dispatch: Results): string[] {
  const ours = ['Epoll.waitInto', 'EpollSelector.selectEach', 'EpollSelector.select'];
  const python = ratios(dispatch, 'Python/EpollSelector', 'EpollSelector.select');
  return [
    ...sentence('**An event** costs, in times of what it costs C: ', ours.map((peer) => times(dispatch, peer))),
    ...sentence('**Python** takes, in times of what `EpollSelector.select` takes for an event: ', [python]),
  ];
}

function chainSentences(chain: Results): string[] {
  return sentence(
    '**An event with a read and a write** costs, in times of what it costs C with the same back end: ',
    ['Epoll.waitInto', ...SELECTORS].map((peer) => times(chain, peer)),
  );
}

function echoSentences(echo: Results): string[] {
  const ours = ['selectEach', 'selectEach+recvMany', 'selectAsync', 'selectAsync+recvMany'];
  return sentence(
    "**An echo server** serves, in times of C's messages per second: ",
    [...ours.map((way) => `EpollSelector.${way}`), 'node:net'].map((peer) => times(echo, peer)),
  );
}

const SENTENCES: [workload: string, sentences: (results: Results) => string[]][] = [
  ['idle', idleSentences],
  ['dispatch', dispatchSentences],
  ['chain', chainSentences],
  ['echo', echoSentences],
];

/** What the figures say, by themselves. */
export function summary({ workloads }: Report): string[] {
  const verdicts = workloads.flatMap((results) => results.verdicts);
  const met = verdicts.filter((verdict) => verdict.met).length;
  const said = SENTENCES.flatMap(([name, sentences]) =>
    workloads.filter(({ workload }) => workload === name).flatMap(sentences),
  );
  if (verdicts.length > 0) said.push(`**Targets**: ${met} of ${verdicts.length} are met; the others are named below.`);
  return said;
}
