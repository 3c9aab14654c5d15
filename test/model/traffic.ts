// Operations on descriptors. Errors do not matter, as poll(2) is asked for the outcome.
import * as io from 'io-selectors/fd';
import { MSG_OOB, Socket } from 'io-selectors/socket';
import type { Slot } from './world.js';

const block = Buffer.alloc(65536);
const ONE = Buffer.from(BigUint64Array.of(1n).buffer);
const ALMOST_FULL = Buffer.from(BigUint64Array.of(2n ** 64n - 2n).buffer);

export function write({ fd, file }: Slot, size: number): void {
  if (file === undefined || file.kind === 'epoll') return;
  attempt(() => io.write(fd, file.kind === 'eventfd' ? ONE : block.subarray(0, size)));
  file.touch();
}

/** Writes until the descriptor takes no more. */
export function fill({ fd, file }: Slot): void {
  if (file === undefined || file.isUnpollable || file.kind === 'epoll') return;
  if (file.kind === 'eventfd') attempt(() => io.write(fd, ALMOST_FULL));
  else for (const size of [65536, 4096, 1]) while (attempt(() => io.write(fd, block.subarray(0, size))) !== null);
  file.touch();
}

export function read({ fd, file }: Slot, size: number): void {
  if (file === undefined || file.kind === 'epoll') return;
  attempt(() => io.read(fd, block.subarray(0, file.kind === 'eventfd' ? 8 : size)));
  file.touch();
}

/** Reads until nothing is left. */
export function drain({ fd, file }: Slot): void {
  if (file === undefined || file.isUnpollable || file.kind === 'epoll') return;
  while (attempt(() => io.read(fd, block)) !== null);
  file.touch();
}

export function shutdown({ fd, file }: Slot, how: 'read' | 'write' | 'both'): void {
  if (!file?.isSocket) return;
  onSocket(fd, (socket) => socket.shutdown(how));
  file.touch();
}

export function urgent({ fd, file }: Slot): void {
  if (file?.kind !== 'tcp') return;
  onSocket(fd, (socket) => socket.send('!', MSG_OOB));
  file.touch();
}

/** The count, or null if the call failed or did nothing. */
function attempt(call: () => number | null): number | null {
  try {
    return call() || null;
  } catch {
    return null;
  }
}

function onSocket(fd: number, use: (socket: Socket) => void): void {
  const socket = Socket.fromFd(fd);
  try {
    use(socket);
  } catch {
    // The peer may be closed.
  } finally {
    socket.detach();
  }
}
