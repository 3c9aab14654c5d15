import { ratioOf, type Results } from '../results.js';

export const BACKENDS = ['select', 'poll', 'epoll'] as const;

/** The back end that a peer waits with. */
export function backendOf(peer: string): (typeof BACKENDS)[number] {
  if (/poll/iu.test(peer.replace(/epoll/giu, ''))) return 'poll';
  return /^(C\/|Python\/)?select/iu.test(peer) ? 'select' : 'epoll';
}

/** The same program in C, in a process of one thread. */
export function referenceOf(peer: string): string {
  return `C/${backendOf(peer)}`;
}

/** The ratio to the same program in C; undefined where there is none, or where it would say nothing. */
export function ratioToC(results: Results, peer: string, size: number, figure: string): number | undefined {
  const to = referenceOf(peer);
  // A share of a core is good or bad only beside the throughput.
  if (peer === to || figure.startsWith('%')) return undefined;
  const ratio = ratioOf(results, { peer, to, figure }, size);
  return Number.isFinite(ratio) ? ratio : undefined;
}
