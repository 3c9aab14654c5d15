import { ratioOf, type Results } from '../results.js';

/** The back end that a peer waits with. */
export function backendOf(peer: string): 'select' | 'poll' | 'epoll' {
  if (/poll/iu.test(peer.replace(/epoll/giu, ''))) return 'poll';
  return /^(C\/|Python\/)?select/iu.test(peer) ? 'select' : 'epoll';
}

/** Its ratio to the same program in C, in a process of one thread; undefined if there is none. */
export function ratioToC(results: Results, peer: string, size: number, figure: string): number | undefined {
  const ratio = ratioOf(results, { peer, to: `C/${backendOf(peer)}`, figure }, size);
  return Number.isNaN(ratio) ? undefined : ratio;
}
