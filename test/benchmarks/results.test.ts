import { describe, expect, test } from 'vitest';
import type { Plan } from '../../benchmarks/harness/plan.js';
import { Progress } from '../../benchmarks/harness/progress.js';
import type { Report } from '../../benchmarks/harness/results.js';
import { Run } from '../../benchmarks/harness/run.js';
import { toleranceFor } from '../../benchmarks/harness/targets.js';
import type { Peer, Target, Workload } from '../../benchmarks/harness/workload.js';
import { checklist, passes } from '../../benchmarks/report/checklist.js';

const FIGURE = 'ns per turn';
const TARGET: Target = { peer: 'ours', to: 'C', figure: FIGURE, most: 1.2 };
const C = [100, 100, 100, 100, 100, 100, 100, 100];

/** A run of two rounds over fake peers, which take these times one after the other. */
function runOf(times: Record<string, number[]>, target = TARGET, sizes = [10]): Run {
  const left = new Map(Object.entries(times).map(([name, values]) => [name, [...values]]));
  const peers = Object.keys(times).map((name): Peer => ({ name, command: () => [] }));
  const effort = { rounds: 2, milliseconds: 0, sizes };
  const workload: Workload = {
    name: 'fake',
    about: '',
    sizeOf: 'turns',
    figures: [{ name: FIGURE, digits: 0 }],
    full: effort,
    quick: effort,
    descriptors: () => 0,
    peers: () => peers,
    measure: async ({ name }) => ({ [FIGURE]: left.get(name)?.shift() ?? NaN }),
    targets: (size) => (size === sizes.at(-1) ? [target] : []),
  };
  const plan: Plan = { workload, effort, peers, missing: [], beyondLimit: [] };
  return new Run(plan, new Progress(), new AbortController().signal);
}

function reportOf({ results }: Run): Report {
  return { date: '', commit: '', machine: {}, quick: false, interrupted: false, seconds: 0, workloads: [results] };
}

describe('a target', () => {
  test('compares the medians of the ratios of rounds', async () => {
    const run = runOf({ C: [100, 200], ours: [110, 240] });
    await run.measure();
    expect(run.results.verdicts).toEqual([{ ...TARGET, size: 10, ratio: expect.closeTo(1.15), met: true }]);
  });

  test('compares slopes from one size on', async () => {
    const slope = { ...TARGET, from: 10 };
    const run = runOf({ C: [10, 10, 110, 110], ours: [50, 50, 170, 170] }, slope, [10, 1000]);
    await run.measure();
    expect(run.results.verdicts).toEqual([{ ...slope, size: 1000, ratio: expect.closeTo(1.2), met: true }]);
  });

  test('is not judged if one of its peers was not measured', async () => {
    const run = runOf({ ours: [110, 110] });
    await run.measure();
    expect(run.results.verdicts).toEqual([]);
    expect(passes(reportOf(run), 1)).toBe(false);
  });
});

describe('a missed target', () => {
  test('is measured again until the median of all rounds meets it', async () => {
    const run = runOf({ C, other: [1, 1], ours: [150, 130, 100, 100] });
    await run.measure();
    await run.repeatMissed(1);
    const [verdict] = run.results.verdicts;
    expect(verdict).toMatchObject({ met: true, repeats: 1, first: expect.closeTo(1.4), ratio: expect.closeTo(1.15) });
    const [reference, other] = run.results.series;
    expect(reference.rounds).toHaveLength(4);
    expect(other.rounds).toEqual([{ [FIGURE]: 1 }, { [FIGURE]: 1 }, {}, {}]);
    expect(checklist(reportOf(run), 1, true)).toEqual([
      'met: fake at 10: ours: ns per turn 1.150, target at most 1.2 x C; measured again once, 1.400 at first',
      '1 of 1 targets met',
    ]);
    expect(passes(reportOf(run), 1)).toBe(true);
  });

  test('counts as missed if repeats do not help', async () => {
    const run = runOf({ C, ours: C.map(() => 132) });
    await run.measure();
    await run.repeatMissed(1);
    const report = reportOf(run);
    expect(checklist(report, 1, false)).toEqual([
      'missed by 10.0 %: fake at 10: ours: ns per turn 1.320, target at most 1.2 x C; measured again 3 times, 1.320 at first',
      '0 of 1 targets met; --tolerance 1.11 would accept all',
    ]);
    expect([passes(report, 1), passes(report, 1.11)]).toEqual([false, true]);
  });

  test('is not measured again within the tolerance', async () => {
    const run = runOf({ C, ours: [132, 132] });
    await run.measure();
    await run.repeatMissed(1.2);
    expect(run.results.verdicts).toEqual([{ ...TARGET, size: 10, ratio: expect.closeTo(1.32), met: false }]);
    expect(checklist(reportOf(run), 1.2, false)[0]).toMatch(/^missed by 10.0 %, tolerated: /);
  });
});

test.each([
  [{ most: 1.2 }, 1.5, 1.25],
  [{ least: 0.9 }, 0.6, 1.5],
  [{ most: 1.2 }, 1, 1],
])('the tolerance for %o at %d is %d', (bounds, ratio, tolerance) => {
  const verdict = { peer: 'ours', to: 'C', figure: FIGURE, size: 1, met: false, ratio, ...bounds };
  expect(toleranceFor(verdict)).toBeCloseTo(tolerance);
});
