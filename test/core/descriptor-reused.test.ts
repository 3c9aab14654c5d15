import { AF_INET, AF_INET6, Socket, SOCK_DGRAM } from 'io-selectors/socket';
import { expect, test } from 'vitest';
import { native } from '../../lib/core/binding.js';
import { owned, ownedFd, socketPair, tcpListener, tcpPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';

function bound(type?: number): Socket {
  const socket = owned(new Socket(AF_INET, type));
  socket.bind({ address: '127.0.0.1', port: 0 });
  return socket;
}

function connectedUdp(): Socket {
  const socket = owned(new Socket(AF_INET, SOCK_DGRAM));
  socket.connect({ address: '127.0.0.1', port: 9 });
  return socket;
}

function sender(): Socket {
  const socket = owned(new Socket(AF_INET, SOCK_DGRAM));
  socket.sendTo('x', bound(SOCK_DGRAM).localAddress());
  return socket;
}

const OWNERS: [name: string, make: () => Socket][] = [
  ['a new socket', () => owned(new Socket())],
  ['a socket of another family', () => owned(new Socket(AF_INET6))],
  ['a socket of another type', () => owned(new Socket(AF_INET, SOCK_DGRAM))],
  ['a bound socket', () => bound()],
  ['a listener', () => tcpListener().listener],
  ['a connected socket', () => tcpPair()[0]],
  ['an accepted socket', () => tcpPair()[1]],
  ['one of a pair', () => socketPair()[0]],
  ['a connected UDP socket', connectedUdp],
  ['a UDP socket that has sent', sender],
];

/** Closes an owner's number as another module would, behind its back, and accepts a connection under that number. */
function lose(make: () => Socket): { owner: Socket; number: number } {
  const { listener, port } = tcpListener();
  // Another thread may be faster and get the number.
  for (let tries = 0; tries < 100; tries++) {
    // accept() may take a number for a while on Windows: the lowest that is free.
    const spare = new Socket();
    const owner = make();
    const number = owner.fd;
    for (let i = 0; i < 2; i++) owned(new Socket()).connect({ address: '127.0.0.1', port });
    spare.close();
    native.close(number);
    const accepted = [listener.acceptFd()!, listener.acceptFd()!].map(ownedFd);
    if (accepted.includes(number)) return { owner, number };
    expectError(() => owner.close(), 'EBADF');
  }
  throw new Error('no connection has got the number of a closed socket');
}

test.each(OWNERS)('the number of %s is not closed once it belongs to another socket', (_, make) => {
  const { owner, number } = lose(make);
  expectError(() => owner.close(), 'EBADF', { syscall: 'close', fd: number });
  expect(owner.closed).toBe(true);
  expect(native.isOpen(number)).toBe(0);
});
