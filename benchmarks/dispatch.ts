// What a wait costs per ready descriptor, against the same program in C. Each run is a process of its
// own; the peers take turns, so that a machine that changes its speed changes it for all.
import { execFileSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './median.js';

const HELP = `Usage: npm run bench -- [--quick] [--check]
  dispatch: R eventfds that are always ready; wait, and visit each; nanoseconds per event.
  --quick  fewer and shorter runs: under 20 seconds
  --check  exit with status 1 if a ratio to C falls short of its target`;

const built = fileURLToPath(new URL('.', import.meta.url));
const source = fileURLToPath(new URL('../../benchmarks/peers/dispatch.c', import.meta.url));
const program = `${built}dispatch`;
const SIZES = [1, 10, 100, 1000];
/** The most that a peer may cost, as a multiple of C, by the number of ready descriptors. */
const TARGETS: Record<string, (ready: number) => number> = {
  waitInto: (ready) => (ready === 1 ? 1.35 : 1.05),
  selectEach: (ready) => (ready === 1 ? Infinity : 1.15),
  select: (ready) => (ready === 1 ? Infinity : 1.35),
};
const PEERS = ['C', 'C, threads', ...Object.keys(TARGETS)];

function run(peer: string, ready: number, milliseconds: number): number {
  const amount = [`${ready}`, `${milliseconds}`];
  const output =
    peer in TARGETS
      ? execFileSync(process.execPath, [`${built}peers/dispatch.js`, peer, ...amount])
      : execFileSync(program, peer === 'C' ? amount : [...amount, 'threads']);
  return Number(output);
}

function measure(ready: number, rounds: number, milliseconds: number): Map<string, number[]> {
  const results = new Map<string, number[]>(PEERS.map((peer) => [peer, []]));
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`\rR = ${ready}: round ${round + 1} of ${rounds} \x1b[K`);
    for (const [peer, times] of results) times.push(run(peer, ready, milliseconds));
  }
  process.stderr.write('\r\x1b[K');
  return results;
}

/** Prints a row for each peer, and returns those that fall short of their target. */
function report(ready: number, results: Map<string, number[]>): string[] {
  const reference = results.get('C') ?? [];
  const missed: string[] = [];
  for (const [peer, times] of results) {
    const ratio = median(times.map((time, round) => time / reference[round]));
    const target = TARGETS[peer]?.(ready) ?? Infinity;
    if (ratio > target) missed.push(`${peer} at R = ${ready}: ${ratio.toFixed(3)} x C, target ${target}`);
    const spread = `${Math.min(...times).toFixed(1)} - ${Math.max(...times).toFixed(1)}`;
    const cells = [`${ready}`.padStart(5), peer.padEnd(11), median(times).toFixed(1).padStart(7), spread.padStart(15)];
    console.log([...cells, ratio.toFixed(3).padStart(7), Number.isFinite(target) ? target.toFixed(2) : ''].join('  ').trimEnd());
  }
  return missed;
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, check: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}
execFileSync(process.env.CC ?? 'cc', ['-O2', '-Wall', '-pthread', '-o', program, source], { stdio: 'inherit' });
console.log(`${cpus()[0].model}, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`);
console.log(`nanoseconds per event; ratio: median of the rounds' ratios to C`);
console.log(`    R  peer         median            range    ratio  target`);
const [rounds, milliseconds] = values.quick ? [5, 60] : [11, 200];
const missed = SIZES.flatMap((ready) => report(ready, measure(ready, rounds, milliseconds)));
for (const line of missed) console.log(`short of its target: ${line}`);
if (values.check && missed.length > 0) process.exitCode = 1;
