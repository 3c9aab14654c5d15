export const BACKENDS = ['select', 'poll', 'epoll'] as const;

/** The back end that a peer waits with. */
export function backendOf(peer: string): (typeof BACKENDS)[number] {
  if (/poll/iu.test(peer.replace(/epoll/giu, ''))) return 'poll';
  return /^(C\/|Python\/)?select/iu.test(peer) ? 'select' : 'epoll';
}
