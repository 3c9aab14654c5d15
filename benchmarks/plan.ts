import { getDescriptorLimit } from 'io-selectors/fd';
import type { Effort, Peer, Workload } from './workload.js';

/** What was asked for. Absent: everything. */
export interface Selection {
  readonly quick: boolean;
  readonly peers?: string[] | undefined;
  readonly sizes?: number[] | undefined;
}

/** What is to be run of one workload. */
export interface Plan {
  readonly workload: Workload;
  readonly effort: Effort;
  readonly peers: Peer[];
  readonly missing: { readonly peer: string; readonly reason: string }[];
  readonly beyondLimit: number[];
}

/** Whether a peer is meant: by its name, or by its family, which comes before a slash, a dot or a colon. */
export function isMeant(peer: string, wanted: string): boolean {
  const name = peer.toLowerCase();
  const family = wanted.toLowerCase();
  return name === family || ['/', '.', ':'].some((mark) => name.startsWith(family + mark));
}

export function planFor(workload: Workload, { quick, peers: wanted, sizes }: Selection): Plan {
  const { hard } = getDescriptorLimit();
  const effort = quick ? workload.quick : workload.full;
  const chosen = sizes === undefined || workload.sizesFixed === true ? effort.sizes : sizes;
  const fits = (size: number) => workload.descriptors(size) <= hard;
  const peers = workload.peers().filter(({ name }) => wanted === undefined || wanted.some((each) => isMeant(name, each)));
  return {
    workload,
    effort: { ...effort, sizes: chosen.filter(fits) },
    peers: peers.filter(({ missing }) => missing === undefined),
    missing: peers.flatMap(({ name, missing }) => (missing === undefined ? [] : [{ peer: name, reason: missing }])),
    beyondLimit: chosen.filter((size) => !fits(size)),
  };
}

/** How long a plan takes, roughly. */
export function millisecondsOf({ workload, effort, peers }: Plan): number {
  const { overheadMs = 150 } = workload;
  return effort.sizes.length * peers.length * effort.rounds * (effort.milliseconds + overheadMs);
}
