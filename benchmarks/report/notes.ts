import type { Results, Series, Verdict } from '../results.js';
import { grouped } from './numbers.js';

/** What a target asks for: '1.05 x C/epoll'. */
export function bound({ most, least, to }: Verdict): string {
  return `${most ?? least}${to === undefined ? '' : ` x ${to}`}`;
}

/** The same with its direction: 'at most 1.05 x C/epoll'. */
export function asked(verdict: Verdict): string {
  return `${verdict.most === undefined ? 'at least' : 'at most'} ${bound(verdict)}`;
}

/** The first size that each peer did not do. */
export function refusals({ series }: Results): Series[] {
  const first = new Map<string, Series>();
  for (const each of series) if (each.refused !== undefined && !first.has(each.peer)) first.set(each.peer, each);
  return [...first.values()];
}

/** What there are no figures of, and why: to each reason, what it holds for. */
export function notMeasured(results: Results): [what: string, why: string][] {
  const { missing, beyondLimit, sizeOf } = results;
  const all: [string, string][] = [
    ...refusals(results).map(({ peer, size, refused = '', failed }): [string, string] => [
      `${peer} ${failed === undefined ? 'refuses' : 'failed at'} ${grouped(size)} ${sizeOf}`,
      refused,
    ]),
    ...missing.map(({ peer, reason }): [string, string] => [`${peer} is missing`, reason]),
  ];
  const sizes = beyondLimit.map((size) => grouped(size)).join(', ');
  if (sizes !== '') all.push([`${sizes} ${sizeOf}`, 'more than the limit of descriptors allows']);
  return all;
}
