import { constants } from 'node:buffer';
import { read, write } from 'io-selectors/fd';
import { MessageList, MSG_DONTWAIT, MSG_PEEK, SO_SNDBUF, SOCK_DGRAM, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { fill, pipe, socketPair, tcpPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { closedFd } from '../support/files.js';

/** Socket pairs, and a list of the first of each. */
function listOf(count: number, slotSize = 16) {
  const pairs = Array.from({ length: count }, () => socketPair());
  const list = new MessageList(count, slotSize);
  for (const [socket] of pairs) list.add(socket);
  return { list, pairs };
}

const results = (list: MessageList) => Array.from({ length: list.length }, (_, i) => list.result(i));
const messages = (list: MessageList) => Array.from({ length: list.length }, (_, i) => list.message(i).toString());
const received = (fd: number) => {
  const buffer = Buffer.alloc(1000);
  const count = read(fd, buffer);
  return count === null ? null : buffer.toString('latin1', 0, count);
};

describe('recvMany', () => {
  test('receives from each socket into a slot of its own', () => {
    const { list, pairs } = listOf(3);
    for (const [i, [, peer]] of pairs.entries()) peer.send(`message ${i}`);
    expect(list.recvMany()).toBe(3);
    expect(results(list)).toEqual([9, 9, 9]);
    expect(messages(list)).toEqual(['message 0', 'message 1', 'message 2']);
  });

  test('gives null for a socket that would block and 0 at the end of a stream', () => {
    const { list, pairs } = listOf(3);
    pairs[1][1].send('x');
    pairs[2][1].close();
    expect(list.recvMany()).toBe(1);
    expect(results(list)).toEqual([null, 1, 0]);
    expect(messages(list)).toEqual(['', 'x', '']);
  });

  test('leaves bytes that do not fit a slot to the next call', () => {
    const { list, pairs } = listOf(2, 4);
    pairs[0][1].send('abcdef');
    pairs[1][1].send('ABCD');
    expect(list.recvMany()).toBe(2);
    expect(messages(list)).toEqual(['abcd', 'ABCD']);
    expect(list.recvMany()).toBe(1);
    expect(messages(list)).toEqual(['ef', '']);
    expect(results(list)).toEqual([2, null]);
  });

  test('reports the failure of one socket as its result, and serves the others', () => {
    const [a, b] = socketPair();
    const closed = closedFd();
    const syscall = has.posixSockets ? 'recvmsg' : 'recv';
    const list = new MessageList(3, 16);
    for (const object of [closed, a]) list.add(object);
    // Windows has nothing with a number that is no socket.
    const stranger = has.pipe ? pipe()[0] : undefined;
    if (stranger !== undefined) list.add(stranger);
    b.send('x');
    expect(list.recvMany()).toBe(1);
    expectError(() => list.result(0), 'EBADF', { syscall, fd: closed });
    expect([list.result(1), list.message(1).toString()]).toEqual([1, 'x']);
    if (stranger !== undefined) expectError(() => list.result(2), 'ENOTSOCK', { syscall: 'recvmsg', fd: stranger });
  });

  test('reports a connection that was reset', () => {
    const [client, server] = tcpPair();
    client.send('unread');
    const list = new MessageList(1, 16);
    list.add(client);
    server.close();
    expect(list.recvMany()).toBe(0);
    expectError(() => list.result(0), 'ECONNRESET', { syscall: 'recvmsg' });
  });

  test('passes flags on', () => {
    const { list, pairs } = listOf(1);
    pairs[0][1].send('abc');
    expect(list.recvMany(MSG_PEEK)).toBe(1);
    expect(list.recvMany()).toBe(1);
    expect(messages(list)).toEqual(['abc']);
    pairs[0][0].setBlocking(true);
    expect(list.recvMany(MSG_DONTWAIT)).toBe(0);
    expect(list.result(0)).toBe(null);
    pairs[0][1].send('abc');
    expect(list.recvMany()).toBe(1);
  });
});

describe('sendMany', () => {
  test('sends to each socket the message of its slot', () => {
    const pairs = [socketPair(), socketPair()];
    const list = new MessageList(2, 8);
    expect(list.add(pairs[0][0], 'to a')).toBe(0);
    expect(list.add(pairs[1][0].fd, Buffer.from('to b too'))).toBe(1);
    expect(list.sendMany()).toBe(2);
    expect(results(list)).toEqual([4, 8]);
    expect(pairs.map(([, peer]) => received(peer.fd))).toEqual(['to a', 'to b too']);
  });

  test('sends back what was received, and skips sockets without a message', () => {
    const { list, pairs } = listOf(3);
    pairs[0][1].send('ping');
    pairs[1][1].close();
    expect(list.recvMany()).toBe(1);
    expect(list.sendMany()).toBe(1);
    expect(results(list)).toEqual([4, 0, null]);
    expect(received(pairs[0][1].fd)).toBe('ping');
    expect(received(pairs[2][1].fd)).toBe(null);
  });

  test('reports how much of a message a socket took', () => {
    const size = 1 << 20;
    const [a, b] = tcpPair();
    a.setOption(SOL_SOCKET, SO_SNDBUF, 4096);
    const list = new MessageList(1, size);
    list.add(a, Buffer.alloc(size, 'x'));
    expect(list.sendMany()).toBe(0);
    const taken = list.result(0);
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(size);
    expect(list.size(0)).toBe(size);
    fill(a.fd);
    expect(list.sendMany()).toBe(0);
    expect(list.result(0)).toBe(null);
    expect(b.recv(1)?.toString()).toBe('x');
  });

  test('reports a closed peer as EPIPE, and serves the others', () => {
    const pairs = [socketPair(), socketPair()];
    const list = new MessageList(2, 8);
    for (const [socket] of pairs) list.add(socket, 'x');
    pairs[0][1].close();
    expect(list.sendMany()).toBe(1);
    expectError(() => list.result(0), 'EPIPE', { syscall: 'send', fd: pairs[0][0].fd });
    expect(received(pairs[1][1].fd)).toBe('x');
  });

  test('sends no empty datagram', () => {
    const [a, b] = socketPair(SOCK_DGRAM);
    const list = new MessageList(1, 8);
    list.add(a, '');
    expect(list.sendMany()).toBe(0);
    expect(list.result(0)).toBe(null);
    expect(b.recv(1)).toBe(null);
  });
});

describe('a MessageList', () => {
  test('can be emptied and filled again', () => {
    const { list, pairs } = listOf(2);
    pairs[0][1].send('x');
    list.recvMany();
    list.clear();
    expect(list.length).toBe(0);
    expect(list.recvMany()).toBe(0);
    expect(list.add(pairs[1][0])).toBe(0);
    expect([list.fd(0), list.size(0), list.result(0)]).toEqual([pairs[1][0].fd, 0, null]);
    pairs[1][1].send('y');
    expect(list.recvMany()).toBe(1);
    expect(messages(list)).toEqual(['y']);
  });

  test('keeps its messages whatever the caller does with the originals', () => {
    const [a, b] = socketPair();
    const list = new MessageList(1, 8);
    const data = Buffer.from('abc');
    list.add(a, data);
    data.fill('x');
    list.sendMany();
    expect(received(b.fd)).toBe('abc');
  });

  test('keeps the slots of many sockets apart', () => {
    const { list, pairs } = listOf(300, 7);
    for (const [i, [, peer]] of pairs.entries()) write(peer.fd, String(i).padStart(7));
    expect(list.recvMany()).toBe(300);
    expect(messages(list).map(Number)).toEqual(pairs.map((_, i) => i));
    expect(list.sendMany()).toBe(300);
    for (const [i, [, peer]] of pairs.entries()) expect(received(peer.fd)).toBe(String(i).padStart(7));
  });

  test('refuses more than it has room for, and is unchanged', () => {
    const [a, b] = socketPair();
    const list = new MessageList(1, 4);
    expectError(() => list.add(a, '12345'), 'ERR_OUT_OF_RANGE');
    expect(list.length).toBe(0);
    list.add(a, '1234');
    expectError(() => list.add(b), 'ERR_OUT_OF_RANGE');
    expect([list.length, list.fd(0), list.message(0).toString()]).toEqual([1, a.fd, '1234']);
  });

  test.each<[string, (list: MessageList) => unknown]>([
    ['fd', (list) => list.fd(1)],
    ['size', (list) => list.size(1)],
    ['message', (list) => list.message(1)],
    ['truncated', (list) => list.truncated(1)],
    ['result', (list) => list.result(-1)],
    ['a fraction', (list) => list.result(0.5)],
  ])('has no socket past its length: %s', (_, ask) => {
    const { list } = listOf(1);
    expectError(() => ask(list), 'ERR_OUT_OF_RANGE');
  });

  test.each<[string, () => unknown, string]>([
    ['no room', () => new MessageList(0, 1), 'ERR_OUT_OF_RANGE'],
    ['a fraction of a socket', () => new MessageList(1.5, 1), 'ERR_OUT_OF_RANGE'],
    ['slots without bytes', () => new MessageList(1, 0), 'ERR_OUT_OF_RANGE'],
    ['more than a buffer can be', () => new MessageList(2, constants.MAX_LENGTH), 'ERR_OUT_OF_RANGE'],
    ['a capacity past the range of int', () => new MessageList(2 ** 31, 1), 'ERR_OUT_OF_RANGE'],
    ['text for a capacity', () => new MessageList('1' as never, 1), 'ERR_INVALID_ARG_TYPE'],
    ['a size that is missing', () => new MessageList(1, undefined as never), 'ERR_INVALID_ARG_TYPE'],
    ['flags past the range of int', () => new MessageList(1, 1).recvMany(2 ** 31), 'ERR_OUT_OF_RANGE'],
    ['flags that are no number', () => new MessageList(1, 1).sendMany('1' as never), 'ERR_INVALID_ARG_TYPE'],
    ['a descriptor below 0', () => new MessageList(1, 1).add(-1), 'ERR_OUT_OF_RANGE'],
    ['a message that is no bytes', () => new MessageList(1, 1).add(0, 1 as never), 'ERR_INVALID_ARG_TYPE'],
    ['an index that is no number', () => listOf(1).list.size('0' as never), 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %s', (_, make, code) => {
    expectError(make, code);
  });
});
