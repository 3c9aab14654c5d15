import { millisecondsOf, type Plan } from './plan.js';
import { answer } from './program.js';
import type { Progress } from './progress.js';
import { meets, ratioOf, type Results, type Series, type Verdict } from './results.js';
import type { Peer, Workload } from './workload.js';

/** What is not measured yet. */
export function emptyResults({ workload, effort, missing, beyondLimit }: Plan): Results {
  const { name, about, sizeOf, figures } = workload;
  const { milliseconds } = effort;
  return { workload: name, about, sizeOf, figures, milliseconds, missing, beyondLimit, series: [], verdicts: [] };
}

/**
 * Measures a workload into its results, round by round. The peers take turns, so that a machine that changes
 * its speed changes it for all.
 */
export async function run(plan: Plan, results: Results, progress: Progress, signal: AbortSignal): Promise<void> {
  const { workload, effort, peers } = plan;
  const each = millisecondsOf(plan) / (effort.sizes.length * effort.rounds * peers.length);
  for (const size of effort.sizes) {
    const series = peers.map((peer): Series => ({ size, peer: peer.name, rounds: [] }));
    results.series.push(...series);
    for (let round = 1; round <= effort.rounds; round++) {
      for (const [i, peer] of peers.entries()) {
        progress.show(`${workload.name}, ${size} ${workload.sizeOf}, round ${round} of ${effort.rounds}, ${peer.name}`);
        if (series[i].refused === undefined) await measureInto(series[i], workload, peer, effort.milliseconds, signal);
        signal.throwIfAborted();
        progress.done(each);
      }
    }
    results.verdicts.push(...judge(workload, results, size));
  }
}

async function measureInto(
  series: Series,
  workload: Workload,
  peer: Peer,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    const given = await (workload.measure?.(peer, series.size, milliseconds) ?? answer(peer.command(series.size, milliseconds)));
    if ('refused' in given) series.refused = String(given.refused);
    else series.rounds.push(given);
  } catch (error) {
    // It was killed.
    signal.throwIfAborted();
    series.failed = error instanceof Error ? error.message : String(error);
    series.refused = series.failed;
  }
}

/** The targets whose peers are there. */
function judge(workload: Workload, results: Results, size: number): Verdict[] {
  return workload.targets(size).flatMap((target) => {
    const ratio = ratioOf(results, target, size);
    return Number.isNaN(ratio) ? [] : [{ ...target, size, ratio, met: meets(target, ratio) }];
  });
}
