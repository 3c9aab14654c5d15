import { closeSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { Epoll } from 'io-selectors';
import * as fd from 'io-selectors/fd';
import { owned, ownedFd } from './descriptors.js';

/** An epoll instance that is closed when the test is over. */
export function openEpoll(): Epoll {
  return owned(new Epoll());
}

/** What there is within five seconds: masks by descriptor. */
export function ready(epoll: Epoll): Map<number, number> {
  const events = epoll.wait(5000);
  const masks = new Map(events.map((event) => [event.fd, event.events]));
  if (masks.size < events.length) throw new Error('a descriptor was reported twice');
  return masks;
}

// A new descriptor gets the lowest free number. One up here stays free once it is closed, whatever the
// other threads of the process open.
const COUNT = 16;
const first = 600 + (threadId % 16) * COUNT;
let next = 0;

/** A duplicate under a number that nobody else takes once it is closed. */
export function duplicateHigh(number: number): number {
  return ownedFd(fd.dup2(number, first + (next++ % COUNT)));
}

/** A non-blocking pipe, both ends of which a test may close. */
export function closablePipe(): [readFd: number, writeFd: number] {
  const [readFd, writeFd] = fd.pipe();
  try {
    return [duplicateHigh(readFd), duplicateHigh(writeFd)];
  } finally {
    closeSync(readFd);
    closeSync(writeFd);
  }
}
