import { native } from '../core/binding.js';
import { checkInteger, INT_MAX, readIterable, readOptions } from '../core/check.js';
import { EBADF } from '../core/errno.js';
import { fdSetSizeExceeded, systemError } from '../core/errors.js';
import { type FileObject, toFd } from '../core/file-object.js';
import { failure, withClosed } from '../core/result.js';
import { toTimeout, waitFor } from '../core/timeout.js';
import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE, FD_SETSIZE } from './constants.js';
import { SelectSet } from './select-set.js';

/** In the order of the lists: read, write, except. */
const SETS = [EVENT_READ, EVENT_WRITE, EVENT_PRIORITY];

/** The members of one list, and their descriptors. */
interface Listed<T> {
  items: T[];
  fds: number[];
}

/**
 * Checks the size of a descriptor set: a whole number from 1, default FD_SETSIZE. On Windows, where a set holds any
 * sockets, it has no effect.
 */
export function checkFdSetSize(value: unknown): number {
  const size = value === undefined ? FD_SETSIZE : checkInteger(value, 'options.fdSetSize', 1, INT_MAX);
  return native.onlySockets ? Infinity : size;
}

/**
 * select(2), or pselect(2) for a fraction of a millisecond. Blocks the thread. Nothing is retried: `EINTR` is
 * thrown. The arguments are never changed.
 *
 * @param read watched for input, end of stream, pending connections
 * @param write watched for room to write
 * @param except watched for exceptional conditions, such as TCP out-of-band data
 * @param timeoutMs milliseconds, from 0; absent, null or Infinity waits for ever
 * @param options.fdSetSize how many descriptors the sets hold: default FD_SETSIZE. The kernel itself has no limit.
 *   No effect on Windows, where sets hold any number of sockets
 * @returns the ready members of each list, in its order
 * @throws RangeError ERR_FD_SETSIZE for a descriptor past the set
 * @throws SystemError EBADF for a descriptor that is not open, with its number in `fd`; EINTR
 */
export function select<R extends FileObject, W extends FileObject, X extends FileObject>(
  read: Iterable<R>,
  write: Iterable<W>,
  except: Iterable<X>,
  timeoutMs?: number | null,
  options?: { fdSetSize?: number },
): [R[], W[], X[]] {
  const size = checkFdSetSize(readOptions(options, ['fdSetSize']).fdSetSize);
  const lists = [list(read, 'read', size), list(write, 'write', size), list(except, 'except', size)] as const;
  const timeout = toTimeout(timeoutMs, 'refuse');
  const set = toSet(lists.map(({ fds }) => fds));
  const count = waitFor(timeout, (ms) => set.wait(ms));
  if (count < 0) throw withClosed(failure(count), lists.flatMap(({ fds }) => fds));
  // On 0 the sets mean nothing: the kernel may leave bits in them.
  const ready = <T>({ items, fds }: Listed<T>, bit: number) =>
    count === 0 ? [] : items.filter((_, i) => (set.ready(fds[i]) & bit) !== 0);
  return [ready(lists[0], EVENT_READ), ready(lists[1], EVENT_WRITE), ready(lists[2], EVENT_PRIORITY)];
}

function list<T extends FileObject>(source: Iterable<T>, name: string, size: number): Listed<T> {
  const items: T[] = [];
  const fds: number[] = [];
  for (const item of readIterable(source, name, 'an iterable of descriptors')) {
    const fd = toFd(item);
    if (fd >= size) throw fdSetSizeExceeded(fd, size);
    items.push(item);
    fds.push(fd);
  }
  return { items, fds };
}

function toSet(lists: number[][]): SelectSet {
  const interest = new Map<number, number>();
  lists.forEach((fds, i) => fds.forEach((fd) => interest.set(fd, (interest.get(fd) ?? 0) | SETS[i])));
  const highest = Array.from(interest.keys()).reduce((a, b) => Math.max(a, b), -1);
  // The kernel ignores descriptors past the process's descriptor table instead of refusing them. The table reaches
  // at least as far as the highest descriptor if that is open.
  if (highest >= 0 && native.isOpen(highest) < 0) throw systemError(EBADF, 'select', highest);
  const set = new SelectSet();
  for (const [fd, bits] of interest) set.set(fd, bits);
  return set;
}
