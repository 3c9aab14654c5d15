import { ratiosOf, type Results, type Series, type Verdict } from '../harness/results.js';
import { grouped, range } from './numbers.js';

/** What a target asks for: '1.06 x C/epoll+thread'. */
export function bound({ most, least, to }: Verdict): string {
  return `${most ?? least}${to === undefined ? '' : ` x ${to}`}`;
}

/** The same with its direction: 'at most 1.06 x C/epoll+thread'. */
export function asked(verdict: Verdict): string {
  return `${verdict.most === undefined ? 'at least' : 'at most'} ${bound(verdict)}`;
}

/** What the target is about: 'ns per wait', or its slope. */
export function measureOf({ figure, from }: Verdict): string {
  return from === undefined ? figure : `slope of ${figure}`;
}

/** The decimal places that tell a hit from a miss. */
export function digitsOf({ to }: Verdict): number {
  return to === undefined ? 1 : 3;
}

/** Why targets were missed: their known reason, and the noise if single rounds met them. */
export function reasonFor(results: Results, missed: Verdict[]): string {
  const [{ reason, most = Infinity, least = 0 }] = missed;
  const rounds = missed.flatMap((verdict) => ratiosOf(results, verdict, verdict.size));
  const isNoisy = rounds.some((ratio) => ratio <= most && ratio >= least);
  const noise = isNoisy ? `single rounds range from ${range(rounds)}, and some meet the target` : undefined;
  return [reason, noise].filter((part) => part !== undefined).join('; ');
}

/** How often a missed target was measured again: 'measured again 3 times'. */
export function repetition(repeats: number): string {
  return `measured again ${repeats === 1 ? 'once' : `${repeats} times`}`;
}

/** The first size that each peer refused. */
export function refusals({ series }: Results): Series[] {
  const first = new Map<string, Series>();
  for (const each of series) if (each.refused !== undefined && !first.has(each.peer)) first.set(each.peer, each);
  return [...first.values()];
}

/** What was not measured, and why. */
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
  if (sizes !== '') all.push([`${sizes} ${sizeOf}`, 'more than the descriptor limit allows']);
  return all;
}
