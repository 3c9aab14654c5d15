import { Epoll } from 'io-selectors';
import { owned } from '../support/descriptors.js';

/** An epoll instance that is closed when the test is over. */
export function openEpoll(): Epoll {
  return owned(new Epoll());
}

/** Waits up to five seconds and returns the masks by descriptor. */
export function ready(epoll: Epoll): Map<number, number> {
  const events = epoll.wait(5000);
  const masks = new Map(events.map((event) => [event.fd, event.events]));
  if (masks.size < events.length) throw new Error('a descriptor was reported twice');
  return masks;
}
