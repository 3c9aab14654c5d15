// What --check says of each target.
import type { Report, Verdict } from '../harness/results.js';
import { meets, toleranceFor } from '../harness/targets.js';
import { asked, digitsOf, measureOf, repetition } from './notes.js';

interface Judged extends Verdict {
  readonly workload: string;
}

function verdictsOf({ workloads }: Report): Judged[] {
  return workloads.flatMap(({ workload, verdicts }) => verdicts.map((verdict) => ({ workload, ...verdict })));
}

function status(verdict: Judged, tolerance: number): string {
  if (verdict.met) return 'met';
  const percent = `${((toleranceFor(verdict) - 1) * 100).toFixed(1)} %`;
  return meets(verdict, verdict.ratio, tolerance) ? `missed by ${percent}, tolerated` : `missed by ${percent}`;
}

function line(verdict: Judged, tolerance: number): string {
  const { workload, size, peer, ratio, repeats, first } = verdict;
  const digits = digitsOf(verdict);
  const again = repeats === undefined ? '' : `; ${repetition(repeats)}, ${first?.toFixed(digits)} at first`;
  const what = `${workload} at ${size}: ${peer}: ${measureOf(verdict)} ${ratio.toFixed(digits)}`;
  return `${status(verdict, tolerance)}: ${what}, target ${asked(verdict)}${again}`;
}

/** One line for each target, the missed ones last; or, unless all are wanted, only for the missed ones. */
export function checklist(report: Report, tolerance: number, all: boolean): string[] {
  const verdicts = verdictsOf(report);
  const order = [...verdicts.filter(({ met }) => met && all), ...verdicts.filter(({ met }) => !met)];
  const met = verdicts.filter((verdict) => verdict.met).length;
  const needed = Math.max(1, ...verdicts.map(toleranceFor));
  const hint = met < verdicts.length ? `; --tolerance ${(Math.ceil(needed * 100) / 100).toFixed(2)} would accept all` : '';
  return [
    ...order.map((verdict) => line(verdict, tolerance)),
    `${met} of ${verdicts.length} targets met${hint}`,
    ...failures(report),
  ];
}

function failures({ workloads }: Report): string[] {
  return workloads.flatMap(({ workload, series }) =>
    series.flatMap(({ size, peer, failed }) =>
      failed === undefined ? [] : [`failed: ${workload} at ${size}: ${peer}: ${failed}`],
    ),
  );
}

/** Whether there were targets, all are met within the tolerance, and no program failed. */
export function passes(report: Report, tolerance: number): boolean {
  const verdicts = verdictsOf(report);
  const met = verdicts.every((verdict) => meets(verdict, verdict.ratio, tolerance));
  return verdicts.length > 0 && met && failures(report).length === 0;
}
