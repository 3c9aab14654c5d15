import { median } from './median.js';
import type { Figure, Figures, Target } from './workload.js';

/** The runs of one peer at one size, or why there are none. */
export interface Series {
  readonly size: number;
  readonly peer: string;
  /** One element for each round; empty objects are rounds that were repeated without this peer. */
  readonly rounds: Figures[];
  /** Why the program did not do this size. */
  refused?: string;
  /** How the program crashed. It then counts as refused, too. */
  failed?: string;
}

/** Whether a target was met. */
export interface Verdict extends Target {
  readonly size: number;
  readonly ratio: number;
  readonly met: boolean;
  /** How many times it was measured again because it was missed. */
  readonly repeats?: number;
  /** The ratio before that. */
  readonly first?: number;
}

/** What was measured of one workload. It is written as JSON as it is. */
export interface Results {
  readonly workload: string;
  readonly about: string;
  readonly sizeOf: string;
  readonly figures: readonly Figure[];
  readonly milliseconds: number;
  readonly series: Series[];
  readonly missing: { readonly peer: string; readonly reason: string }[];
  /** Sizes for which this machine's descriptor limit is too low. */
  readonly beyondLimit: readonly number[];
  verdicts: Verdict[];
}

/** The results of one call of the benchmark. */
export interface Report {
  readonly date: string;
  readonly commit: string;
  readonly machine: Record<string, string>;
  readonly quick: boolean;
  /** Stopped by Ctrl-C: what is there is valid but incomplete. */
  interrupted: boolean;
  seconds: number;
  readonly workloads: Results[];
}

export function sizesOf({ series }: Results): number[] {
  return [...new Set(series.map(({ size }) => size))];
}

export function peersOf({ series }: Results): string[] {
  return [...new Set(series.map(({ peer }) => peer))];
}

export function seriesOf({ series }: Results, peer: string, size: number): Series | undefined {
  return series.find((each) => each.peer === peer && each.size === size);
}

/** The values of a figure in all rounds that have one. */
export function valuesOf(results: Results, peer: string, size: number, figure: string): number[] {
  return (seriesOf(results, peer, size)?.rounds ?? []).flatMap((figures) => figures[figure] ?? []);
}

/** The median of a figure; undefined if it was not measured. */
export function medianOf(results: Results, peer: string, size: number, figure: string): number | undefined {
  const values = valuesOf(results, peer, size, figure);
  return values.length === 0 ? undefined : median(values);
}

/** The ratio of two peers in each round that both took part in; without another peer, the figure itself. */
export function ratiosOf(results: Results, target: Target, size: number): number[] {
  const { peer, to, figure } = target;
  if (to === undefined) return valuesOf(results, peer, size, figure);
  const [values, references] = [peer, to].map((name) => growthOf(results, name, size, target));
  return values.flatMap((value, round) => {
    const ratio = value / references[round];
    return Number.isFinite(ratio) ? [ratio] : [];
  });
}

/** The value of each round, less the one at the size from which growth counts; NaN if there is none. */
function growthOf(results: Results, peer: string, size: number, { figure, from }: Target): number[] {
  const base = from === undefined ? 0 : medianOf(results, peer, from, figure) ?? NaN;
  return (seriesOf(results, peer, size)?.rounds ?? []).map((figures) => (figures[figure] ?? NaN) - base);
}

/**
 * The median of the rounds' ratios; NaN if one of the peers was not measured. A round takes little time, so a change
 * in the machine's speed between rounds does not affect it.
 */
export function ratioOf(results: Results, target: Target, size: number): number {
  const ratios = ratiosOf(results, target, size);
  return ratios.length === 0 ? NaN : median(ratios);
}
