// How long after wake() in one thread a wait in another returns, against the same program in C.
import { twoCores } from './cores.js';
import { median } from './median.js';
import { compile, hasCompiler, script } from './peers.js';
import { answer } from './program.js';
import { Results, type Target } from './results.js';
import type { Workload } from './workload.js';

const FIGURE = 'ns per wake-up';
const PEER = 'Waker';
/** For two cores: on one, the other thread cannot return before this one waits, so the way there is counted too. */
const TARGET: Target = { peer: PEER, to: 'C', figure: FIGURE, most: 1.2 };

/**
 * Where the two threads run. The kernel moves threads that wake each other together and apart again as it
 * sees fit, which changes the latency tenfold: left to itself it would be measured rather than the peers.
 */
function placements(): Record<string, string[]> {
  const [first, second] = twoCores();
  if (first === undefined) return { unpinned: [] };
  return { 'two cores': [`${first}`, `${second}`], 'one core': [`${first}`, `${first}`] };
}

function report(where: string, results: Results, targets: Target[]): string[] {
  for (const peer of results.peers) {
    const times = results.values(peer, FIGURE);
    const ratio = results.ratio(peer, 'C', FIGURE);
    const spread = `${Math.min(...times).toFixed(0)} - ${Math.max(...times).toFixed(0)}`;
    const cells = [where.padEnd(9), peer.padEnd(5), median(times).toFixed(0).padStart(7), spread.padStart(15)];
    const judged = Number.isNaN(ratio) ? [] : [ratio.toFixed(3).padStart(7)];
    const target = targets.find((each) => each.peer === peer);
    if (judged.length > 0 && target?.most !== undefined) judged.push(target.most.toFixed(2));
    console.log([...cells, ...judged].join('  '));
  }
  return results.missed(targets, where);
}

export const wake: Workload = {
  about: 'two threads wake each other in turn; nanoseconds from wake() to the return of select()',

  async run(quick) {
    const c = hasCompiler() ? [compile('wake')] : undefined;
    const [repeats, rounds] = quick ? [3, 10_000] : [11, 30_000];
    console.log(`nanoseconds from wake() to the return of the other thread's wait`);
    console.log('threads on peer    median            range    ratio  target');
    const missed: string[] = [];
    for (const [where, cores] of Object.entries(placements())) {
      const peers = [...(c ? ['C'] : []), PEER];
      const results = await Results.of(peers, { label: `wake, ${where}`, rounds: repeats }, async (peer) => {
        const command = peer === 'C' && c ? c : script('wake');
        return { [FIGURE]: Number(await answer([...command, `${rounds}`, ...cores])) };
      });
      missed.push(...report(where, results, where === 'two cores' ? [TARGET] : []));
    }
    return missed;
  },
};
