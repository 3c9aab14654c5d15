import { median } from './median.js';
import type { Figure, Figures, Target } from './workload.js';

/** The runs of one peer at one size; or why there are none. */
export interface Series {
  readonly size: number;
  readonly peer: string;
  /** One element a round. */
  readonly rounds: Figures[];
  /** What it said when it did not do this size. */
  refused?: string;
  /** How it ended when it should not have. Counts as refused, too. */
  failed?: string;
}

/** A target, and what became of it. */
export interface Verdict extends Target {
  readonly size: number;
  readonly ratio: number;
  readonly met: boolean;
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
  /** Sizes that this machine's limit of descriptors does not allow. */
  readonly beyondLimit: readonly number[];
  readonly verdicts: Verdict[];
}

/** What one call of the benchmark gave. */
export interface Report {
  readonly date: string;
  readonly commit: string;
  readonly machine: Record<string, string>;
  readonly quick: boolean;
  /** Ended by Ctrl-C: what is there is true, but not all of it. */
  interrupted: boolean;
  seconds: number;
  readonly workloads: Results[];
}

/** Whether a ratio is what a target asks for, or misses it by no more than a factor. */
export function meets({ most = Infinity, least = 0 }: Target, ratio: number, tolerance = 1): boolean {
  return ratio <= most * tolerance && ratio * tolerance >= least;
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

/** All rounds' values of a figure. */
export function valuesOf(results: Results, peer: string, size: number, figure: string): number[] {
  return (seriesOf(results, peer, size)?.rounds ?? []).flatMap((figures) => figures[figure] ?? []);
}

/** Median of the rounds' ratios of two peers, which took turns; NaN if one of the two has no values. */
export function ratioOf(results: Results, { peer, to, figure }: Target, size: number): number {
  const values = valuesOf(results, peer, size, figure);
  if (to === undefined) return values.length === 0 ? NaN : median(values);
  const references = valuesOf(results, to, size, figure);
  const rounds = Math.min(values.length, references.length);
  if (rounds === 0) return NaN;
  return median(values.slice(0, rounds).map((value, round) => value / references[round]));
}
