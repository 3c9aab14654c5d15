import { ratioOf, type Results, type Verdict } from './results.js';
import type { Target, Workload } from './workload.js';

/** Whether a ratio is within its bounds, which a tolerance above 1 widens. */
export function meets({ most = Infinity, least = 0 }: Target, ratio: number, tolerance = 1): boolean {
  return ratio <= most * tolerance && ratio * tolerance >= least;
}

/** The tolerance with which a verdict would just be met. */
export function toleranceFor({ most = Infinity, least = 0, ratio }: Verdict): number {
  return Math.max(1, ratio / most, least / ratio);
}

/** Judges those targets of a size whose peers were measured. */
export function judge(workload: Workload, results: Results, size: number): Verdict[] {
  return workload.targets(size).flatMap((target) => {
    const ratio = ratioOf(results, target, size);
    return Number.isNaN(ratio) ? [] : [{ ...target, size, ratio, met: meets(target, ratio) }];
  });
}

function isSame(a: Verdict, b: Verdict): boolean {
  return a.peer === b.peer && a.to === b.to && a.figure === b.figure && a.size === b.size;
}

/** Judges a size again after some of its targets were measured again, which the new verdicts record. */
export function judgeAgain(workload: Workload, results: Results, size: number, repeated: Verdict[]): void {
  const verdicts = judge(workload, results, size).map((verdict): Verdict => {
    const before = results.verdicts.find((each) => isSame(each, verdict));
    if (before === undefined) return verdict;
    const { repeats = 0, first = before.ratio } = before;
    if (repeated.includes(before)) return { ...verdict, repeats: repeats + 1, first };
    return repeats === 0 ? verdict : { ...verdict, repeats, first };
  });
  results.verdicts = results.verdicts.flatMap((each) => {
    if (each.size !== size) return [each];
    return verdicts.filter((verdict) => isSame(each, verdict));
  });
}
