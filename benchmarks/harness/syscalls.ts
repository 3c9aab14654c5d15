import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from './plan.js';
import { answer } from './program.js';
import type { Peer } from './workload.js';

/** Long enough that the calls at startup hardly count. */
const MILLISECONDS = 1000;
/** How far two peers' shares of a call may differ. */
const TOLERANCE = 0.05;

/** The calls that do the work. Variants of a call count as one. */
const NAMES: Record<string, string> = {
  select: 'select',
  pselect6: 'select',
  poll: 'poll',
  ppoll: 'poll',
  epoll_wait: 'epoll_wait',
  epoll_pwait: 'epoll_wait',
  epoll_pwait2: 'epoll_wait',
  epoll_ctl: 'epoll_ctl',
  read: 'read',
  write: 'write',
  recvfrom: 'recv',
  recvmsg: 'recv',
  sendto: 'send',
  sendmsg: 'send',
};

/** How many times a peer made each call. */
type Counts = Map<string, number>;

/** Parses the table of `strace -c`: the fourth column is the count, the last is the name. */
function parse(text: string): Counts {
  const counts: Counts = new Map();
  for (const line of text.split('\n')) {
    const columns = line.trim().split(/\s+/);
    const name = NAMES[columns.at(-1) ?? ''];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + Number(columns[3]));
  }
  return counts;
}

/** Counts the calls of one run; undefined if the program refuses this size. */
async function count({ workload }: Plan, peer: Peer, size: number): Promise<Counts | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'io-selectors-'));
  const file = join(directory, 'counts');
  const strace = ['strace', '--follow-forks', '--summary-only', `--output=${file}`];
  const traced: Peer = { ...peer, command: (...amount) => [...strace, ...peer.command(...amount)] };
  try {
    const given = await (workload.measure?.(traced, size, MILLISECONDS) ??
      answer(traced.command(size, MILLISECONDS)));
    return 'refused' in given ? undefined : parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The share of each call in the total. */
function shares(counts: Counts): Map<string, number> {
  const total = [...counts.values()].reduce((sum, each) => sum + each, 0);
  return new Map([...counts].map(([name, each]) => [name, each / total]));
}

function show(counts: Counts): string {
  return [...shares(counts)]
    .filter(([, share]) => share >= 0.005)
    .map(([name, share]) => `${name} ${(share * 100).toFixed(1)} %`)
    .join(', ');
}

function agree(a: Counts, b: Counts): boolean {
  const [first, second] = [shares(a), shares(b)];
  const names = new Set([...first.keys(), ...second.keys()]);
  return [...names].every((name) => Math.abs((first.get(name) ?? 0) - (second.get(name) ?? 0)) <= TOLERANCE);
}

/** Reports the peers whose calls differ from those of their C reference. False if one of them has no reason to. */
function compare({ workload }: Plan, size: number, counts: Map<string, Counts>): boolean {
  let same = true;
  const pairs = workload.targets(size).filter(({ to }) => to?.startsWith('C/'));
  const unique = new Map(pairs.map((target) => [`${target.peer} ${target.to}`, target]));
  for (const { peer, to = '', otherCalls } of unique.values()) {
    const [ours, theirs] = [counts.get(peer), counts.get(to)];
    if (ours === undefined || theirs === undefined || agree(ours, theirs)) continue;
    console.log(`  ${peer} differs from ${to}${otherCalls === undefined ? '' : `, as expected: ${otherCalls}`}`);
    if (otherCalls === undefined) same = false;
  }
  return same;
}

/**
 * Counts the system calls of all peers with strace(1). True if the peers that are compared with C make the same
 * calls in the same proportions.
 */
export async function compareSyscalls(plans: Plan[], signal: AbortSignal): Promise<boolean> {
  let same = true;
  for (const plan of plans) {
    const { workload, effort, peers } = plan;
    const size = effort.sizes.find((each) => workload.targets(each).some(({ to }) => to?.startsWith('C/')));
    if (size === undefined) continue;
    console.log(`\n${workload.name}, ${size} ${workload.sizeOf}`);
    const counts = new Map<string, Counts>();
    for (const peer of peers) {
      const counted = await count(plan, peer, size).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (signal.aborted) return false;
      if (counted !== undefined) counts.set(peer.name, counted);
      console.log(`  ${peer.name.padEnd(34)} ${counted === undefined ? 'refuses' : show(counted)}`);
    }
    if (!compare(plan, size, counts)) same = false;
  }
  return same;
}
