import { getDescriptorLimit } from 'io-selectors/fd';
import type { Effort, Peer, Workload } from './workload.js';

/** What the user chose; by default everything. */
export interface Selection {
  readonly quick: boolean;
  readonly peers?: string[] | undefined;
  readonly sizes?: number[] | undefined;
}

/** What will be run of one workload. */
export interface Plan {
  readonly workload: Workload;
  readonly effort: Effort;
  readonly peers: Peer[];
  readonly missing: { readonly peer: string; readonly reason: string }[];
  readonly beyondLimit: number[];
}

/** Whether a word of --peer names this peer, or its family: what precedes a slash, a dot or a colon. */
export function isNamedBy(peer: string, wanted: string): boolean {
  const name = peer.toLowerCase();
  const family = wanted.toLowerCase();
  return name === family || ['/', '.', ':'].some((mark) => name.startsWith(family + mark));
}

export function planFor(workload: Workload, { quick, peers: wanted, sizes }: Selection): Plan {
  const { hard } = getDescriptorLimit();
  const effort = quick ? workload.quick : workload.full;
  const chosen = sizes === undefined || workload.sizesFixed === true ? effort.sizes : sizes;
  const fits = (size: number) => workload.descriptors(size) <= hard;
  const peers = workload.peers().filter(({ name }) => wanted === undefined || wanted.some((each) => isNamedBy(name, each)));
  return {
    workload,
    effort: { ...effort, sizes: chosen.filter(fits) },
    peers: peers.filter(({ missing }) => missing === undefined),
    missing: peers.flatMap(({ name, missing }) => (missing === undefined ? [] : [{ peer: name, reason: missing }])),
    beyondLimit: chosen.filter((size) => !fits(size)),
  };
}

/** An estimate of how long one run of one peer takes. */
export function millisecondsPerRun({ workload, effort }: Plan): number {
  return effort.milliseconds + (workload.overheadMs ?? 150);
}

export function millisecondsOf(plan: Plan): number {
  const { effort, peers } = plan;
  return effort.sizes.length * peers.length * effort.rounds * millisecondsPerRun(plan);
}
