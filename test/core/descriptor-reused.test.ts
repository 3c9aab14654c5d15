import { dup } from 'io-selectors/fd';
import { AF_INET, AF_INET6, Socket, SOCK_DGRAM, SOCK_STREAM } from 'io-selectors/socket';
import { expect, test } from 'vitest';
import { native } from '../../lib/core/binding.js';
import { owned, ownedFd, socketPair, tcpListener, tcpPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';

function bound(family: number, type: number): Socket {
  const socket = owned(new Socket(family, type));
  socket.bind({ address: family === AF_INET ? '127.0.0.1' : '::1', port: 0 });
  return socket;
}

function connectedUdp(): Socket {
  const socket = owned(new Socket(AF_INET, SOCK_DGRAM));
  socket.connect({ address: '127.0.0.1', port: 9 });
  return socket;
}

function sender(): Socket {
  const socket = owned(new Socket(AF_INET, SOCK_DGRAM));
  socket.sendTo('x', bound(AF_INET, SOCK_DGRAM).localAddress());
  return socket;
}

/** Sockets that nothing but their number has in common with the stranger. */
const OWNERS: [name: string, make: () => Socket, stranger: () => Socket][] = [
  ['a new socket', () => owned(new Socket()), () => bound(AF_INET, SOCK_STREAM)],
  ['a new socket, by one of another type', () => owned(new Socket()), () => owned(new Socket(AF_INET, SOCK_DGRAM))],
  ['a new socket, by one of another family', () => owned(new Socket()), () => owned(new Socket(AF_INET6))],
  ['a bound socket', () => bound(AF_INET, SOCK_STREAM), () => bound(AF_INET, SOCK_STREAM)],
  ['a bound socket, by a new one', () => bound(AF_INET, SOCK_STREAM), () => owned(new Socket())],
  ['a listener', () => tcpListener().listener, () => tcpListener().listener],
  ['a connected socket', () => tcpPair()[0], () => tcpPair()[0]],
  ['an accepted socket', () => tcpPair()[1], () => tcpPair()[1]],
  ['one of a pair', () => socketPair()[0], () => socketPair()[0]],
  ['a connected UDP socket', connectedUdp, connectedUdp],
  ['a UDP socket that has sent', sender, sender],
];

/** Closes a number as another module would, behind the back of its owner, and makes it a duplicate of stranger. */
function giveTo(stranger: Socket, number: number): void {
  native.close(number);
  for (let tries = 0; tries < 1000; tries++) if (ownedFd(dup(stranger.fd)) === number) return;
  throw new Error(`no duplicate has got the number ${number}`);
}

test.each(OWNERS)('the number of %s that belongs to another socket by now is not closed', (_, make, makeStranger) => {
  const owner = make();
  const stranger = makeStranger();
  const number = owner.fd;
  giveTo(stranger, number);
  expectError(() => owner.close(), 'EBADF', { syscall: 'close', fd: number });
  expect(owner.closed).toBe(true);
  expect(native.isOpen(number)).toBe(0);
});
