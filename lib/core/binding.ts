import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * The addon: one function for each system call. Each answers as the kernel does: a number, where a
 * negative one is `-errno`. Arguments are trusted; the public methods above have checked them.
 * What the system or the build lacks is absent.
 */
export interface NativeBinding {
  readonly constants: Readonly<Record<string, number>>;
  /** Whether this is the first thread of the process. */
  readonly isMainThread: boolean;
  /** The name of the system call that the last negative answer came from. */
  failedCall(): string;

  /**
   * Has a descriptor closed when this environment ends. The ticket tells this owner from the number's next. What
   * the calls below make for an object they enter themselves, as a worker may be terminated after any of them.
   */
  own(fd: number): number;
  /** The ticket of the descriptor's last owner. */
  ticketOf(fd: number): number;
  disown(fd: number, ticket: number): void;
  /** 0, or -EBADF if the owner has lost it. */
  closeOwned(fd: number, ticket: number): number;
  /** Closes it if nobody else owns it and it still is the file that it was. */
  closeCollected(fd: number, ticket: number): void;
  /** Takes it from its owners, before it is closed. */
  forget(fd: number): void;

  /** 1 where the 32-bit words of a select(2) bitmap are swapped in pairs, else 0. */
  readonly wordFlip: number;
  select(bitmaps: Uint32Array, nfds: number, timeoutMs: number): number;

  readonly poll?: (entries: Int32Array, count: number, timeoutMs: number) => number;

  /** Where the 32-bit words of a struct epoll_event lie, and the size of the header before the first. */
  readonly epollLayout?: { header: number; stride: number; events: number; low: number; high: number };
  /** Owned. registered: by number, how many have it registered; the new descriptor has none of these. */
  epollCreate?(flags: number, registered?: Uint32Array): number;
  /** Takes six words of memory: epfd, op, fd, events, and the halves of the event's data, low and high. */
  readonly epollCtl?: (memory: ArrayBuffer) => number;
  /** Waits with the arguments in memory's header, and leaves the events behind it. */
  readonly epollWait?: (memory: ArrayBuffer) => number;

  /** An id, or -errno. found is called with it when the watch has found something, once for each begin. */
  openThreadWatch(found: (id: number) => void, registered: Uint32Array): number;
  openEpollWatch?(found: (id: number) => void, registered: Uint32Array, epfd: number): number;
  /** epfd: as the watch was opened for. */
  readonly beginEpoll?: (id: number, ref: boolean, epfd: number) => number;
  beginSelect(id: number, ref: boolean, bitmaps: Uint32Array, nfds: number): number;
  readonly beginPoll?: (id: number, ref: boolean, entries: Int32Array, count: number) => number;
  cancelWatch(id: number): void;
  closeWatch(id: number): void;

  readonly addressSize: number;
  encodeInet(address: Uint8Array, text: string, port: number): number;
  encodeUnix(address: Uint8Array, path: Uint8Array): number;
  decodeAddress(address: Uint8Array): [family: number, text: string, port: number];

  /** Owned, as both of a pair are. */
  socket(family: number, type: number, protocol: number): number;
  socketpair(fds: Int32Array, type: number, blocking: boolean): number;
  bind(fd: number, address: Uint8Array): number;
  listen(fd: number, backlog: number): number;
  accept(fd: number, address: Uint8Array, own: boolean): number;
  connect(fd: number, address: Uint8Array): number;
  recv(fd: number, buffer: Uint8Array, flags: number): number;
  send(fd: number, data: Uint8Array, flags: number): number;
  recvfrom(fd: number, buffer: Uint8Array, flags: number, address: Uint8Array): number;
  sendto(fd: number, data: Uint8Array, flags: number, address: Uint8Array): number;
  shutdown(fd: number, how: number): number;
  /** recvmsg(2) for each of count slots, four words each: descriptor, size of its message, result, truncated or not. */
  recvMany(slots: Int32Array, count: number, memory: Uint8Array, slotSize: number, flags: number): number;
  sendMany(slots: Int32Array, count: number, memory: Uint8Array, slotSize: number, flags: number): number;
  /** The names of the calls that these make, one for each slot. */
  readonly recvManyCall: string;
  readonly sendManyCall: string;
  /** How many bytes of value were written. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array | Int32Array): number;
  getsockname(fd: number, address: Uint8Array): number;
  getpeername(fd: number, address: Uint8Array): number;

  /** The caller's. */
  pipe(fds: Int32Array, blocking: boolean): number;
  /** Owned; neither end blocks. */
  wakePipe(fds: Int32Array, registered: Uint32Array): number;
  read(fd: number, buffer: Uint8Array | BigUint64Array): number;
  write(fd: number, data: Uint8Array | BigUint64Array): number;
  close(fd: number): number;
  dup(fd: number): number;
  dup2(fd: number, target: number): number;
  /** 0, or -EBADF also for a descriptor opened with O_PATH, which no call can watch. */
  isOpen(fd: number): number;
  /** 0, or -EBADF. */
  exists(fd: number): number;
  getBlocking(fd: number): number;
  setBlocking(fd: number, blocking: boolean): number;
  getDescriptorLimit(limits: Float64Array): number;
  setDescriptorLimit(soft: number): number;

  /** Writes 8 bytes to fd for each of these signals, bit number - 1 of the mask, until it is ended by its number. */
  signalSubscribe(signals: number, fd: number): number;
  /** The signals since the last call, as a mask. */
  signalArrived(subscription: number): number;
  signalUnsubscribe(subscription: number): void;

  /** Owned, as timerfds and pidfds are. */
  eventfd?(initial: number, blocking: boolean, registered?: Uint32Array): number;
  timerfdCreate?(blocking: boolean): number;
  timerfdSettime?(fd: number, delayMs: number, intervalMs: number): number;
  pidfdOpen?(pid: number): number;
  pidfdStatus?(fd: number, status: Int32Array): number;
}

function load(): NativeBinding {
  const root = join(import.meta.dirname, '../..');
  const require = createRequire(import.meta.url);
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the addon is the one place without types
    return require('node-gyp-build')(root) as NativeBinding;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message =
      `cannot load the addon of io-selectors: tried build/Release and ` +
      `prebuilds/${process.platform}-${process.arch} in ${root}. Build it with: npm rebuild io-selectors\n${reason}`;
    throw Object.assign(new Error(message, { cause }), { code: 'ERR_DLOPEN_FAILED' });
  }
}

export const native: NativeBinding = load();
