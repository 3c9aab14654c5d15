import { Poll } from 'io-selectors';
import type { FileObject } from 'io-selectors';
import { owned } from '../support/descriptors.js';

/** A Poll with these entries, closed when the test is over. */
export function openPoll(...entries: [file: FileObject, events: number][]): Poll {
  const poll = owned(new Poll());
  for (const [file, events] of entries) poll.register(file, events);
  return poll;
}

/** What poll(2) reports for one descriptor: 0 if nothing within the timeout. */
export function polled(file: FileObject, events: number, timeoutMs?: number): number {
  const poll = openPoll([file, events]);
  return poll.wait(timeoutMs)[0]?.revents ?? 0;
}
