import { closeSync, readlinkSync } from 'node:fs';
import * as fd from 'io-selectors/fd';
import * as sockets from 'io-selectors/socket';
import { Socket, SOCK_STREAM, SOMAXCONN } from 'io-selectors/socket';
import { onTestFinished } from 'vitest';
import { has } from './capability.js';

/** Closes a resource when the test is over, whether or not the test has closed it. */
export function owned<T extends { close(): void }>(resource: T): T {
  onTestFinished(() => resource.close());
  return resource;
}

/** The same for a bare descriptor. */
export function ownedFd(number: number): number {
  const file = fileOf(number);
  onTestFinished(() => {
    // The test may have closed it, and the number may be another thread's by now.
    if (file === undefined || fileOf(number) !== file) return;
    // When a worker ends, Node closes what openSync has opened there, unless closeSync has closed it.
    if (has.fileDescriptors) closeSync(number);
    else fd.close(number);
  });
  return number;
}

/** What tells the file of a descriptor from others; undefined if it is closed. */
export function fileOf(number: number): string | undefined {
  try {
    return has.proc ? readlinkSync(`/proc/self/fd/${number}`) : addressesOf(number);
  } catch {
    return undefined;
  }
}

/** The addresses of a socket. No two connections have the same. */
function addressesOf(number: number): string {
  const socket = Socket.fromFd(fd.dup(number));
  const addresses = [() => socket.localAddress(), () => socket.remoteAddress()].map((ask) => {
    try {
      return ask();
    } catch {
      // Not bound, or not connected.
      return null;
    }
  });
  socket.close();
  return JSON.stringify(addresses);
}

/** A non-blocking pipe. Where there are none, as on Windows, two connected sockets. */
export function pipe(): [readFd: number, writeFd: number] {
  const [readFd, writeFd] = has.pipe ? fd.pipe() : sockets.socketPair().map((end) => end.detach());
  return [ownedFd(readFd), ownedFd(writeFd)];
}

/** Two connected, non-blocking AF_UNIX sockets. */
export function socketPair(type: number = SOCK_STREAM): [Socket, Socket] {
  const [a, b] = sockets.socketPair(type);
  return [owned(a), owned(b)];
}

/** One of two connected sockets: it is readable, by a byte, and writable. */
export function readySocket(): Socket {
  const [own, peer] = socketPair();
  peer.send('x');
  return own;
}

/** A blocking TCP listener on a free port of the loopback interface. */
export function tcpListener(backlog: number = SOMAXCONN): { listener: Socket; port: number } {
  const listener = owned(new Socket());
  listener.bind({ address: '127.0.0.1', port: 0 });
  listener.listen(backlog);
  return { listener, port: portOf(listener) };
}

/** Two connected, non-blocking TCP sockets. */
export function tcpPair(): [client: Socket, server: Socket] {
  const { listener, port } = tcpListener();
  const client = owned(new Socket());
  client.connect({ address: '127.0.0.1', port });
  const accepted = listener.accept();
  if (accepted === null) throw new Error('no connection is waiting');
  const server = owned(accepted.socket);
  client.setBlocking(false);
  server.setBlocking(false);
  return [client, server];
}

export function portOf(socket: Socket): number {
  const address = socket.localAddress();
  if ('path' in address) throw new Error('not an internet address');
  return address.port;
}

/** Writes until the descriptor takes no more, and returns how many bytes it took. */
export function fill(number: number): number {
  const block = Buffer.alloc(4096);
  let total = 0;
  for (;;) {
    const count = fd.write(number, block);
    if (count === null) break;
    total += count;
  }
  // A pipe's last page may have room for less than a block.
  while (fd.write(number, 'x') !== null) total++;
  return total;
}

/** Reads until nothing is left, and returns how many bytes there were. */
export function drain(number: number): number {
  const block = Buffer.alloc(65536);
  let total = 0;
  for (let count = fd.read(number, block); count !== null && count > 0; count = fd.read(number, block)) total += count;
  return total;
}
