import type { Worker } from 'node:worker_threads';
import type { BaseSelector } from 'io-selectors';
import { has } from '../support/capability.js';
import { backends } from '../support/selectors.js';
import { inThread } from '../support/threads.js';
import { WAITS } from '../support/waiting.js';

type Package = typeof import('io-selectors');
type Input = Blocking & { fd: number };

export interface Blocking {
  backend: BaseSelector['backend'];
  wait: string;
}

/** Every way in this build to block a thread for ever. */
export const blockingWaits: Blocking[] = [
  ...backends.map(([backend]) => ({ backend, wait: 'selector.select(null)' })),
  ...backends.map(([backend]) => ({ backend, wait: 'selector.selectEach()' })),
  { backend: 'select', wait: 'select()' },
  ...(has.poll ? [{ backend: 'poll' as const, wait: 'Poll.wait()' }] : []),
  ...(has.epoll ? ['Epoll.wait()', 'Epoll.waitInto()'].map((wait) => ({ backend: 'epoll' as const, wait })) : []),
];

/** Blocks the calling thread. Passed as text: it sees nothing but its arguments. */
export function block(io: Package, { wait, backend, fd }: Input): void {
  const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
  if (wait.startsWith('selector.')) {
    const selector = new classes[backend]();
    selector.register(fd, io.EVENT_READ);
    if (wait === 'selector.select(null)') selector.select(null);
    else selector.selectEach(() => {});
  } else if (wait === 'select()') io.select([fd], [], []);
  else if (wait === 'Poll.wait()') {
    const poll = new io.Poll();
    poll.register(fd, io.POLLIN);
    poll.wait();
  } else {
    const epoll = new io.Epoll();
    epoll.register(fd, io.EPOLLIN);
    if (wait === 'Epoll.wait()') epoll.wait();
    else epoll.waitInto(new io.EpollEventList(4));
  }
  throw new Error('the wait has ended');
}

/** A worker that sleeps in such a wait, for a descriptor that never becomes ready. */
export async function blockedWorker(blocking: Blocking, fd: number): Promise<Worker> {
  const thread = await inThread({ ...blocking, fd }, block);
  await thread.blockedIn(...WAITS[blocking.backend]);
  return thread.worker;
}
