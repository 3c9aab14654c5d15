import { millisecondsPerRun, type Plan } from './plan.js';
import { answer } from './program.js';
import type { Progress } from './progress.js';
import { type Results, type Series, seriesOf } from './results.js';
import { judge, judgeAgain, meets } from './targets.js';
import type { Peer } from './workload.js';

/** How many times a missed target is measured again before it counts as missed. */
const REPEATS = 3;

/** Results without any measurement yet. */
export function emptyResults({ workload, effort, missing, beyondLimit }: Plan): Results {
  const { name, about, sizeOf, figures } = workload;
  const { milliseconds } = effort;
  return { workload: name, about, sizeOf, figures, milliseconds, missing, beyondLimit, series: [], verdicts: [] };
}

/** Measures one workload. */
export class Run {
  readonly plan: Plan;
  readonly results: Results;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;

  constructor(plan: Plan, progress: Progress, signal: AbortSignal) {
    this.plan = plan;
    this.results = emptyResults(plan);
    this.#progress = progress;
    this.#signal = signal;
  }

  /** @throws the signal's reason when it is aborted */
  async measure(): Promise<void> {
    const { workload, effort, peers } = this.plan;
    for (const size of effort.sizes) {
      this.results.series.push(...peers.map((peer): Series => ({ size, peer: peer.name, rounds: [] })));
      await this.#measureRounds(size, peers);
      this.results.verdicts.push(...judge(workload, this.results, size));
    }
  }

  /**
   * Measures the peers of missed targets again, up to REPEATS times. New rounds are added to the old ones, and the
   * median of all decides: to keep only the best attempt would hide what is slow.
   */
  async repeatMissed(tolerance: number): Promise<void> {
    const { workload, effort, peers } = this.plan;
    for (let repeat = 1; repeat <= REPEATS; repeat++) {
      for (const size of effort.sizes) {
        const missed = this.results.verdicts.filter(
          (verdict) => verdict.size === size && !meets(verdict, verdict.ratio, tolerance),
        );
        const involved = peers.filter(({ name }) => missed.some(({ peer, to }) => name === peer || name === to));
        if (involved.length === 0) continue;
        this.#progress.expect(effort.rounds * involved.length * millisecondsPerRun(this.plan));
        await this.#measureRounds(size, involved, ', again');
        judgeAgain(workload, this.results, size, missed);
      }
    }
  }

  /** The peers take turns, so that a change in the machine's speed affects all of them. */
  async #measureRounds(size: number, peers: Peer[], suffix = ''): Promise<void> {
    const { workload, effort } = this.plan;
    for (let round = 1; round <= effort.rounds; round++) {
      for (const peer of peers) {
        const what = `${workload.name}, ${size} ${workload.sizeOf}, round ${round} of ${effort.rounds}`;
        this.#progress.show(`${what}, ${peer.name}${suffix}`);
        await this.#measureOnce(size, peer);
        this.#signal.throwIfAborted();
        this.#progress.done(millisecondsPerRun(this.plan));
      }
      this.#alignRounds(size);
    }
  }

  /** Pads the series of peers that did not take part, so that the same index always means the same round. */
  #alignRounds(size: number): void {
    const all = this.results.series.filter((series) => series.size === size);
    const count = Math.max(...all.map(({ rounds }) => rounds.length));
    for (const { rounds, refused } of all) if (refused === undefined && rounds.length < count) rounds.push({});
  }

  async #measureOnce(size: number, peer: Peer): Promise<void> {
    const { workload, effort } = this.plan;
    const series = seriesOf(this.results, peer.name, size);
    if (series === undefined || series.refused !== undefined) return;
    try {
      const given = await (workload.measure?.(peer, size, effort.milliseconds) ??
        answer(peer.command(size, effort.milliseconds)));
      if ('refused' in given) series.refused = String(given.refused);
      else series.rounds.push(given);
    } catch (error) {
      // An aborted run kills its programs.
      this.#signal.throwIfAborted();
      series.failed = error instanceof Error ? error.message : String(error);
      series.refused = series.failed;
    }
  }
}
