// What workloads build the sentences of the report's summary from.
import { ratioOf, type Results, sizesOf } from '../harness/results.js';
import { range } from './numbers.js';
import { ratioToC } from './reference.js';

function enumerated(parts: string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** A sentence with the parts that are known: 'this, that and those'. Empty if none is. */
export function sentence(start: string, parts: (string | number | undefined)[], end = '.'): string[] {
  const known = parts.filter((part) => typeof part === 'string');
  return known.length === 0 ? [] : [`${start}${enumerated(known)}${end}`];
}

/** The lowest and the highest ratio of the first figure over all sizes. */
export function ratioRange(results: Results, peer: string, to: string): string | undefined {
  const [{ name: figure }] = results.figures;
  const all = sizesOf(results).map((size) => ratioOf(results, { peer, to, figure }, size)).filter(Number.isFinite);
  return all.length === 0 ? undefined : range(all);
}

/** The same relative to C, with the name of the peer. */
export function timesC(results: Results, peer: string): string | undefined {
  const [{ name: figure }] = results.figures;
  const all = sizesOf(results).flatMap((size) => ratioToC(results, peer, size, figure) ?? []);
  return all.length === 0 ? undefined : `\`${peer}\` ${range(all)}`;
}
