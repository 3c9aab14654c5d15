import { select } from 'io-selectors';
import { dup } from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { expect, test } from 'vitest';
import { owned, socketPair, tcpPair } from '../support/descriptors.js';
import { startNode } from '../support/processes.js';

function swapped<T>([a, b]: [T, T]): [T, T] {
  return [b, a];
}

/** The duplicate is the only one that is open. */
function duplicated(): [Socket, Socket] {
  const [a, b] = socketPair();
  const duplicate = owned(Socket.fromFd(dup(a.fd)));
  a.close();
  return [duplicate, b];
}

/** Ways to get an open socket, and its peer. */
const MAKERS: [name: string, make: () => [Socket, Socket]][] = [
  ['a connected socket', () => tcpPair()],
  ['an accepted socket', () => swapped(tcpPair())],
  ['the first of a pair', () => socketPair()],
  ['the second of a pair', () => swapped(socketPair())],
  ['a duplicate', duplicated],
];

test.each(MAKERS)('a child process does not keep %s open', async (_, make) => {
  const [socket, peer] = make();
  await startNode("console.log('started'); setInterval(() => {}, 1000);").printed('started');
  socket.close();
  expect(select([peer], [], [], 10_000)).toEqual([[peer], [], []]);
  expect(peer.recv(1)).toHaveLength(0);
});
