import { SO_RCVBUF, SO_SNDBUF, type Socket, SOL_SOCKET } from '../socket.js';

/** A quarter of the longest message. */
const BYTES = 16384;

/**
 * Makes the kernel hold little for a connection. On the loopback interface it would otherwise take whole
 * messages at once, and nobody would ever have to wait until a socket is writable.
 */
export function shrinkBuffers(socket: Socket): void {
  socket.setOption(SOL_SOCKET, SO_SNDBUF, BYTES);
  socket.setOption(SOL_SOCKET, SO_RCVBUF, BYTES);
}
