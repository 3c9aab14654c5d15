import {
  AF_INET,
  AF_UNIX,
  MessageList,
  MSG_PEEK,
  MSG_TRUNC,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  Socket,
} from 'io-selectors/socket';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, portOf, socketPair, tcpListener, tcpPair } from '../support/descriptors.js';
import { accept, untilReadable } from '../support/internet.js';

const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

/** What recvFrom returns for a message of six bytes if asked for four, and then for one of four bytes. */
function receivedBy(receiver: Socket, send: (data: string) => unknown): [string, boolean][] {
  return ['abcdef', 'ABCD'].map((text) => {
    send(text);
    untilReadable(receiver);
    const { data, truncated } = receiver.recvFrom(4)!;
    return [data.toString(), truncated];
  });
}
const cutOff = [['abcd', true], ['ABCD', false]];

describe.runIf(has.posixSockets)('recvFrom() tells a truncated message from a whole one', () => {
  test.each([
    ['SOCK_DGRAM', SOCK_DGRAM],
    ['SOCK_SEQPACKET', SOCK_SEQPACKET],
  ])('on a socket pair of %s', (_, type) => {
    const [a, b] = socketPair(type);
    expect(receivedBy(b, (data) => a.send(data))).toEqual(cutOff);
  });

  test('on a non-blocking socket', () => {
    const socket = owned(new Socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC));
    socket.bind({ address: '127.0.0.1', port: 0 });
    const sender = owned(new Socket(AF_INET, SOCK_DGRAM));
    const send = (data: string) => sender.sendTo(data, { address: '127.0.0.1', port: portOf(socket) });
    expect(receivedBy(socket, send)).toEqual(cutOff);
  });

  test('on an accepted connection', () => {
    const listener = owned(new Socket(AF_UNIX, SOCK_SEQPACKET));
    listener.bind({ path: '' });
    listener.listen();
    const client = owned(new Socket(AF_UNIX, SOCK_SEQPACKET));
    client.connect(listener.localAddress());
    const server = owned(listener.accept()!.socket);
    expect(receivedBy(server, (data) => client.send(data))).toEqual(cutOff);
  });

  test('on an adopted descriptor', () => {
    const [a, b] = socketPair(SOCK_DGRAM);
    const adopted = owned(Socket.fromFd(b.detach()));
    expect(receivedBy(adopted, (data) => a.send(data))).toEqual(cutOff);
  });
});

describe.runIf(has.posixSockets).each<[string, () => [Socket, Socket]]>([
  ['TCP', () => tcpPair()],
  ['a stream of AF_UNIX', () => socketPair(SOCK_STREAM)],
  ['TCP that was adopted', () => {
    const [a, b] = tcpPair();
    return [a, owned(Socket.fromFd(b.detach()))];
  }],
  ['TCP that was made not to block', () => {
    const { listener, port } = tcpListener();
    const client = owned(new Socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC));
    client.connect({ address: '127.0.0.1', port });
    return [accept(listener), client];
  }],
])('%s', (_, make) => {
  test('is never truncated: the rest comes with the next call', () => {
    const [a, b] = make();
    a.send('abcdef');
    untilReadable(b);
    const parts = [b.recvFrom(4)!, b.recvFrom(4)!];
    expect(parts.map(({ data, truncated }) => [data.toString(), truncated])).toEqual([['abcd', false], ['ef', false]]);
  });
});

describe.runIf(has.posixSockets)('TCP with MSG_TRUNC', () => {
  /** A connection on which six bytes have arrived. */
  function withData(): Socket {
    const [client, server] = tcpPair();
    client.send('abcdef');
    untilReadable(server);
    return server;
  }

  test.each<[string, (socket: Socket) => Buffer]>([
    ['recv', (socket) => socket.recv(4, MSG_TRUNC)!],
    ['recvFrom', (socket) => socket.recvFrom(4, MSG_TRUNC)!.data],
  ])('%s discards bytes, and shows zeros instead of old memory', (_, receive) => {
    const { allocUnsafe } = Buffer;
    onTestFinished(() => {
      Buffer.allocUnsafe = allocUnsafe;
    });
    Buffer.allocUnsafe = (size) => Buffer.alloc(size, 'secret');
    const server = withData();
    expect(receive(server)).toEqual(Buffer.alloc(4));
    expect(server.recv(4)?.toString()).toBe('ef');
  });

  test('recvMany discards bytes, and shows zeros instead of an old message', () => {
    const server = withData();
    const list = new MessageList(1, 4);
    list.add(server, 'old!');
    expect(list.recvMany(MSG_TRUNC)).toBe(1);
    expect([list.result(0), list.message(0), list.truncated(0)]).toEqual([4, Buffer.alloc(4), false]);
    expect(list.recvMany()).toBe(1);
    expect(list.message(0).toString()).toBe('ef');
  });
});

describe.runIf(has.posixSockets)('a MessageList', () => {
  /** Pairs of datagram sockets, and a list of the first of each with slots of four bytes. */
  function datagrams(count: number) {
    const pairs = Array.from({ length: count }, () => socketPair(SOCK_DGRAM));
    const list = new MessageList(count, 4);
    for (const [socket] of pairs) list.add(socket);
    return { list, pairs };
  }
  const truncated = (list: MessageList) => Array.from({ length: list.length }, (_, i) => list.truncated(i));

  test('tells which messages were truncated', () => {
    const { list, pairs } = datagrams(3);
    expect(truncated(list)).toEqual([false, false, false]);
    pairs[0][1].send('abcdef');
    pairs[1][1].send('ABCD');
    expect(list.recvMany()).toBe(2);
    expect(truncated(list)).toEqual([true, false, false]);
    expect([list.result(0), list.size(0), list.message(0).toString()]).toEqual([4, 4, 'abcd']);
    expect(list.recvMany()).toBe(0);
    expect(truncated(list)).toEqual([false, false, false]);
  });

  test('does not confuse an added socket with the one before', () => {
    const { list, pairs } = datagrams(1);
    pairs[0][1].send('abcdef');
    list.recvMany();
    list.clear();
    list.add(pairs[0][0]);
    expect(list.truncated(0)).toBe(false);
  });

  test('tells the real length with MSG_TRUNC, and keeps a message within its slot', () => {
    const { list, pairs } = datagrams(2);
    pairs[0][1].send('abcdefgh');
    pairs[1][1].send('WXYZ');
    expect(list.recvMany(MSG_PEEK | MSG_TRUNC)).toBe(2);
    expect([list.result(0), list.size(0), list.message(0).toString()]).toEqual([8, 4, 'abcd']);
    expect([list.result(1), list.size(1), list.message(1).toString()]).toEqual([4, 4, 'WXYZ']);
    expect(truncated(list)).toEqual([true, false]);
    list.recvMany();
    expect(list.sendMany()).toBe(2);
    expect(pairs[0][1].recv(10)?.toString()).toBe('abcd');
  });
});
