import { SO_RCVBUF, SO_SNDBUF, type Socket, SOL_SOCKET } from '../socket.js';

/** A quarter of the longest message. */
const BYTES = 16384;

/**
 * Makes the kernel buffer little for a connection. On the loopback interface it would otherwise take whole messages
 * at once, and the server would never have to wait for a socket to become writable.
 */
export function shrinkBuffers(socket: Socket): void {
  socket.setOption(SOL_SOCKET, SO_SNDBUF, BYTES);
  socket.setOption(SOL_SOCKET, SO_RCVBUF, BYTES);
}
