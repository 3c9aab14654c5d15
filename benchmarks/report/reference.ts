import { medianOf, ratioOf, type Results } from '../harness/results.js';
import { backendOf } from './backends.js';

/**
 * The program in C that a peer is compared with: with an idle second thread, as Node always has more than one, or
 * else with one thread. Undefined where neither was measured, and for the reference itself.
 */
export function referenceOf(results: Results, peer: string, size: number, figure: string): string | undefined {
  const name = `C/${backendOf(peer)}`;
  const reference = [`${name}+thread`, name].find((each) => medianOf(results, each, size, figure) !== undefined);
  return reference === peer ? undefined : reference;
}

/** The ratio to the same program in C; undefined where there is none, or where it would be meaningless. */
export function ratioToC(results: Results, peer: string, size: number, figure: string): number | undefined {
  // A share of a core means nothing without the throughput.
  if (figure.startsWith('%')) return undefined;
  const to = referenceOf(results, peer, size, figure);
  if (to === undefined) return undefined;
  const ratio = ratioOf(results, { peer, to, figure }, size);
  return Number.isFinite(ratio) ? ratio : undefined;
}
