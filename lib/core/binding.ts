import { loadAddon } from './addon.js';

/**
 * The addon: most functions make one system call. Each returns what the kernel returned, or `-errno`. The public methods have
 * checked the arguments. What the system or the build lacks is absent.
 */
export interface NativeBinding {
  readonly constants: Readonly<Record<string, number>>;
  /** Whether this is the main thread of the process, where the system can tell. */
  readonly isMainThread?: boolean;
  /** The system call that the last negative result came from. */
  failedCall(): string;

  /**
   * Takes over a descriptor, which is closed at the latest when this environment ends. The ticket tells this owner from
   * others of the same number. The functions below that return an owned descriptor enter it themselves, as a worker may
   * be terminated as soon as they return.
   */
  own(fd: number): number;
  /** The ticket of the descriptor's latest owner. */
  ticketOf(fd: number): number;
  disown(fd: number, ticket: number): void;
  /** 0, or -EBADF if the owner has lost the descriptor. */
  closeOwned(fd: number, ticket: number): number;
  /** Closes the descriptor unless it has another owner or has become another file. */
  closeCollected(fd: number, ticket: number): void;
  /** Ends all ownerships of a descriptor that is about to be closed. */
  forget(fd: number): void;

  /**
   * The descriptor sets of select(2) are bitmaps in words of 32 bits: word i is at index i ^ flip, and a bitmap has a
   * multiple of unit words.
   */
  readonly selectLayout: { readonly unit: number; readonly flip: number };
  /** sets: six bitmaps of equal size. The caller's read, write and except sets, then the kernel's. */
  select(sets: Uint32Array, nfds: number, timeoutMs: number): number;

  /** entries: an array of struct pollfd. */
  readonly poll?: (entries: Int32Array, count: number, timeoutMs: number) => number;

  /** In words of 32 bits: the size of the header of epollWait, and the size and the fields of a struct epoll_event. */
  readonly epollLayout?: { header: number; stride: number; events: number; low: number; high: number };
  /** Owned. registered: how many selectors have registered each number. The new descriptor avoids those numbers. */
  epollCreate?(flags: number, registered?: Uint32Array): number;
  /** memory: six words, epfd, op, fd, events, and the low and high half of the event's data. */
  readonly epollCtl?: (memory: ArrayBuffer) => number;
  /** memory: the arguments in a header, then room for the events. */
  readonly epollWait?: (memory: ArrayBuffer) => number;

  /** The id of a watch, or -errno. Calls found with the id when the watch finds something, once per begin. */
  openThreadWatch(found: (id: number) => void, registered: Uint32Array): number;
  openEpollWatch?(found: (id: number) => void, registered: Uint32Array, epfd: number): number;
  openEpollThreadWatch?(found: (id: number) => void, registered: Uint32Array): number;
  /** sets, nfds: as for select. ref: whether the watch keeps the event loop alive. */
  beginSelect(id: number, ref: boolean, sets: Uint32Array, nfds: number): number;
  /** entries, count: as for poll. */
  readonly beginPoll?: (id: number, ref: boolean, entries: Int32Array, count: number) => number;
  /** epfd: as for openEpollWatch. exclusive: so that exclusive registrations take effect; only on a thread. */
  readonly beginEpoll?: (id: number, ref: boolean, epfd: number, exclusive: boolean) => number;
  /** event: gets the event that an exclusive wait has taken, its events and the halves of its data. 1 if there was one. */
  readonly takeEpollEvent?: (id: number, event: Uint32Array) => number;
  cancelWatch(id: number): void;
  closeWatch(id: number): void;

  /** Of a socket address, in bytes. */
  readonly addressSize: number;
  encodeInet(address: Uint8Array, text: string, port: number): number;
  encodeUnix(address: Uint8Array, path: Uint8Array): number;
  decodeAddress(address: Uint8Array): [family: number, text: string, port: number];

  /** Owned, as are both of a pair. */
  socket(family: number, type: number, protocol: number): number;
  socketpair(fds: Int32Array, type: number, blocking: boolean): number;
  bind(fd: number, address: Uint8Array): number;
  listen(fd: number, backlog: number): number;
  /** own: whether the new socket is owned. It takes over the blocking mode of the listener. */
  accept(fd: number, address: Uint8Array, own: boolean): number;
  connect(fd: number, address: Uint8Array): number;
  recv(fd: number, buffer: Uint8Array, flags: number): number;
  send(fd: number, data: Uint8Array, flags: number): number;
  recvfrom(fd: number, buffer: Uint8Array, flags: number, address: Uint8Array): number;
  sendto(fd: number, data: Uint8Array, flags: number, address: Uint8Array): number;
  shutdown(fd: number, how: number): number;
  /** recvmsg(2) for each of count slots of four words: descriptor, size of the message, result, 1 if truncated. */
  recvMany(slots: Int32Array, count: number, memory: Uint8Array, slotSize: number, flags: number): number;
  sendMany(slots: Int32Array, count: number, memory: Uint8Array, slotSize: number, flags: number): number;
  /** The system calls that these make for each slot. */
  readonly recvManyCall: string;
  readonly sendManyCall: string;
  /** The number of bytes written to value. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array | Int32Array): number;
  getsockname(fd: number, address: Uint8Array): number;
  getpeername(fd: number, address: Uint8Array): number;

  /** Not owned. */
  readonly pipe?: (fds: Int32Array, blocking: boolean) => number;
  /** Whether only sockets are descriptors: on Windows. select(2) takes sockets of any numbers there. */
  readonly onlySockets: boolean;
  /** A pipe, or on Windows a pair of sockets. Owned, and neither end blocks. */
  wakePair(fds: Int32Array, registered: Uint32Array): number;
  read(fd: number, buffer: Uint8Array | BigUint64Array): number;
  write(fd: number, data: Uint8Array | BigUint64Array): number;
  close(fd: number): number;
  dup(fd: number): number;
  readonly dup2?: (fd: number, target: number) => number;
  /** 0, or -EBADF if it is closed. */
  isOpen(fd: number): number;
  /** 0, or -EBADF if it is closed, or was opened with O_PATH, which no wait can watch; -ENOTSOCK on Windows. */
  isWatchable(fd: number): number;
  /** 1 or 0. */
  readonly getBlocking?: (fd: number) => number;
  setBlocking(fd: number, blocking: boolean): number;
  /** limits: gets the soft limit and the hard one. */
  readonly getDescriptorLimit?: (limits: Float64Array) => number;
  readonly setDescriptorLimit?: (soft: number) => number;

  /** Writes 8 bytes to fd whenever one of the signals arrives. Bit 0 of the mask is signal 1. The id, or -errno. */
  readonly signalSubscribe?: (signals: number, fd: number) => number;
  /** The signals that have arrived since the last call, as a mask. */
  readonly signalArrived?: (id: number) => number;
  readonly signalUnsubscribe?: (id: number) => void;

  /** Owned, as timerfds and pidfds are. */
  readonly eventfd?: (initial: number, blocking: boolean, registered?: Uint32Array) => number;
  readonly timerfdCreate?: (blocking: boolean) => number;
  timerfdSettime?(fd: number, delayMs: number, intervalMs: number): number;
  pidfdOpen?(pid: number): number;
  /** 1 if the child has terminated, else 0. status: 0 and the exit status, or 1 and the number of the signal. */
  pidfdStatus?(fd: number, status: Int32Array): number;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the addon is the one place without types
export const native = loadAddon() as NativeBinding;
