// What a wait costs per ready descriptor, against the same program in C.
import { compile, hasCompiler, script } from './peers.js';
import { median } from './median.js';
import { answer } from './program.js';
import { Results, type Target } from './results.js';
import type { Workload } from './workload.js';

const SIZES = [1, 10, 100, 1000];
const FIGURE = 'ns per event';
/** The most that a peer may cost, as a multiple of C, by the number of ready descriptors. */
const TARGETS: Record<string, (ready: number) => number> = {
  waitInto: (ready) => (ready === 1 ? 1.35 : 1.05),
  selectEach: (ready) => (ready === 1 ? Infinity : 1.15),
  select: (ready) => (ready === 1 ? Infinity : 1.35),
};

function report(ready: number, results: Results): string[] {
  const targets: Target[] = [];
  for (const peer of results.peers) {
    const times = results.values(peer, FIGURE);
    const ratio = results.ratio(peer, 'C', FIGURE);
    const target = TARGETS[peer]?.(ready) ?? Infinity;
    targets.push({ peer, to: 'C', figure: FIGURE, most: target });
    const spread = `${Math.min(...times).toFixed(1)} - ${Math.max(...times).toFixed(1)}`;
    const cells = [`${ready}`.padStart(5), peer.padEnd(11), median(times).toFixed(1).padStart(7), spread.padStart(15)];
    const judged = Number.isNaN(ratio) ? [] : [ratio.toFixed(3).padStart(7)];
    if (judged.length > 0 && Number.isFinite(target)) judged.push(target.toFixed(2));
    console.log([...cells, ...judged].join('  '));
  }
  return results.missed(targets, `R = ${ready}`);
}

export const dispatch: Workload = {
  about: 'R eventfds that are always ready; wait, and visit each; nanoseconds per event',

  async run(quick) {
    const c = hasCompiler() ? [compile('dispatch')] : undefined;
    const peers = [...(c ? ['C', 'C, threads'] : []), ...Object.keys(TARGETS)];
    const [rounds, milliseconds] = quick ? [5, 60] : [11, 200];
    console.log(`nanoseconds per event; ratio: median of the rounds' ratios to C`);
    console.log(`    R  peer         median            range    ratio  target`);
    const missed: string[] = [];
    for (const ready of SIZES) {
      const results = await Results.of(peers, { label: `dispatch, R = ${ready}`, rounds }, async (peer) => {
        const amount = [`${ready}`, `${milliseconds}`];
        const command =
          c && !(peer in TARGETS)
            ? [...c, ...amount, ...(peer === 'C' ? [] : ['threads'])]
            : [...script('dispatch'), peer, ...amount];
        return { [FIGURE]: Number(await answer(command)) };
      });
      missed.push(...report(ready, results));
    }
    return missed;
  },
};
