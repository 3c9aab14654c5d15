import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE, POLLERR, POLLHUP, POLLIN, POLLOUT } from 'io-selectors';
import { close, read, write } from 'io-selectors/fd';
import { AF_INET, MSG_OOB, Socket, SOCK_STREAM, SO_LINGER, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { fill, owned, pipe, socketPair, tcpListener, tcpPair } from '../support/descriptors.js';
import { highPipe } from '../support/high-descriptors.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';

const BOTH = EVENT_READ | EVENT_WRITE;
const ALL = BOTH | EVENT_PRIORITY;

/** Closes with a reset: SO_LINGER with a timeout of 0. */
function reset(socket: Socket): void {
  socket.setOption(SOL_SOCKET, SO_LINGER, new Uint8Array(new Int32Array([1, 0]).buffer));
  socket.close();
}

function resetTcp(): number {
  const [client, server] = tcpPair();
  reset(server);
  return client.fd;
}

function refusedTcp(): number {
  const { listener, port } = tcpListener();
  listener.close();
  const client = owned(new Socket(AF_INET, SOCK_STREAM));
  client.setBlocking(false);
  client.connect({ address: '127.0.0.1', port });
  return client.fd;
}

function brokenPipe(): number {
  const [readFd, writeFd] = highPipe();
  close(readFd);
  return writeFd;
}

function endedPipe(): number {
  const [readFd, writeFd] = highPipe();
  close(writeFd);
  return readFd;
}

function urgentTcp(): number {
  const [client, server] = tcpPair();
  server.send('!', MSG_OOB);
  return client.fd;
}

const make = {
  'an empty pipe, read end': () => pipe()[0],
  'an empty pipe, write end': () => pipe()[1],
  'a full pipe, write end': () => {
    const [, writeFd] = pipe();
    fill(writeFd);
    return writeFd;
  },
  'a broken pipe, write end': brokenPipe,
  'a TCP socket that was reset': resetTcp,
  'a TCP socket whose connection was refused': refusedTcp,
  'a fresh TCP socket': () => owned(new Socket()).fd,
  'a TCP socket with one urgent byte': urgentTcp,
} as const;

type State = keyof typeof make;

/** Without pipes, their place is taken by sockets, of which both ends can be written to. */
const ofReadEnd = has.pipe ? 0 : EVENT_WRITE;

/** The events reported to a registration for reading, for writing, for priority, and for all three. */
const STATES: [state: State, read: number, write: number, priority: number, all: number][] = [
  ['an empty pipe, read end', 0, ofReadEnd, 0, ofReadEnd],
  ['an empty pipe, write end', 0, EVENT_WRITE, 0, EVENT_WRITE],
  ['a full pipe, write end', 0, 0, 0, 0],
  ['a broken pipe, write end', EVENT_READ, EVENT_WRITE, 0, BOTH],
  ['a TCP socket that was reset', EVENT_READ, EVENT_WRITE, 0, BOTH],
  ['a TCP socket whose connection was refused', EVENT_READ, EVENT_WRITE, 0, BOTH],
  // Linux takes it for hung up, and Windows for idle.
  ['a fresh TCP socket', ...(has.fileDescriptors ? ([EVENT_READ, EVENT_WRITE, 0, BOTH] as const) : ([0, 0, 0, 0] as const))],
  ['a TCP socket with one urgent byte', 0, EVENT_WRITE, EVENT_PRIORITY, EVENT_WRITE | EVENT_PRIORITY],
];

describe.each(backends)('%s', (backend, Selector) => {
  test.each(STATES)('%s, asked for READ gives %i, WRITE %i, PRIORITY %i, all %i', (state, ...expected) => {
    const fd = make[state]();
    [EVENT_READ, EVENT_WRITE, EVENT_PRIORITY, ALL].forEach((events, i) => {
      const selector = open(Selector);
      const key = selector.register(fd, events);
      if (expected[i] === 0) expectIdle(selector);
      else expectReady(selector, [[key, expected[i]]]);
    });
  });

  test('a pipe at its end is readable', () => {
    const selector = open(Selector);
    const key = selector.register(endedPipe(), EVENT_READ);
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('a pipe at its end is writable with poll and epoll, and not with select', () => {
    const selector = open(Selector);
    const key = selector.register(endedPipe(), EVENT_WRITE);
    if (backend === 'select' && has.pipe) expectIdle(selector);
    else expectReady(selector, [[key, EVENT_WRITE]]);
  });

  test('a hang-up is reported only as events that were asked for', () => {
    const selector = open(Selector);
    const [a, b] = socketPair();
    b.close();
    const key = selector.register(a, EVENT_WRITE);
    expectReady(selector, [[key, EVENT_WRITE]]);
    selector.modify(a, BOTH);
    expectReady(selector, [[selector.getKey(a), BOTH]]);
  });

  test('revents is what the kernel returned, and 0 with select', () => {
    const selector = open(Selector);
    const [readFd, writeFd] = highPipe();
    selector.register(readFd, EVENT_READ);
    const revents = () => selector.select(5000).map((event) => event.revents);
    const kernel = (mask: number) => [backend === 'select' ? 0 : mask];
    write(writeFd, 'x');
    expect(revents()).toEqual(kernel(POLLIN));
    close(writeFd);
    expect(revents()).toEqual(kernel(POLLIN | POLLHUP));
    read(readFd, Buffer.alloc(1));
    expect(revents()).toEqual(kernel(POLLHUP));
    selector.unregister(readFd);
    selector.register(brokenPipe(), EVENT_READ);
    expect(revents()[0] & (POLLERR | POLLOUT)).toBe(backend === 'select' ? 0 : POLLERR);
  });

  test('of an idle reader and a ready writer only the writer is reported, with its own key', () => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    selector.register(readFd, EVENT_READ);
    const key = selector.register(writeFd, EVENT_WRITE);
    const ready = selector.select(5000);
    expect(ready.map(({ key, events }) => [key, events])).toEqual([[key, EVENT_WRITE]]);
    expect(ready[0].key).toBe(selector.getKey(writeFd));
  });

  test('a socket with several events is reported once, with all of them', () => {
    const [client, server] = tcpPair();
    server.send('!', MSG_OOB);
    server.send('x');
    const selector = open(Selector);
    const key = selector.register(client, ALL);
    while (selector.select(5000)[0].events !== ALL);
    expectReady(selector, [[key, ALL]]);
  });

  test('of twelve socket pairs only the readable one is reported each time', () => {
    const selector = open<number>(Selector);
    const pairs = Array.from({ length: 12 }, () => socketPair());
    pairs.forEach(([reader], i) => selector.register(reader, EVENT_READ, i));
    let messages = 0;
    // Visits all twelve, as 5 and 12 have no common divisor.
    for (let i = 0; i < 12; i++) {
      const index = (i * 5 + 3) % 12;
      const [reader, writer] = pairs[index];
      writer.send(`message ${index}`);
      const key = selector.getKey(reader);
      expect(key.data).toBe(index);
      expectReady(selector, [[key, EVENT_READ]]);
      expect(reader.recv(100)?.toString()).toBe(`message ${index}`);
      expectIdle(selector);
      selector.unregister(reader);
      messages++;
    }
    expect(messages).toBe(12);
    expect(selector.getMap().size).toBe(0);
  });

  test('a descriptor that stays ready is reported at every wait', () => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    const key = selector.register(readFd, EVENT_READ);
    write(writeFd, 'xy');
    expectReady(selector, [[key, EVENT_READ]]);
    expectReady(selector, [[key, EVENT_READ]]);
    read(readFd, Buffer.alloc(1));
    expectReady(selector, [[key, EVENT_READ]]);
    read(readFd, Buffer.alloc(1));
    expectIdle(selector);
  });

  test('a listener is readable while a connection waits to be accepted', () => {
    const { listener, port } = tcpListener();
    const selector = open(Selector);
    const key = selector.register(listener, EVENT_READ);
    expectIdle(selector);
    owned(new Socket()).connect({ address: '127.0.0.1', port });
    expectReady(selector, [[key, EVENT_READ]]);
    const accepted = listener.accept();
    if (accepted !== null) owned(accepted.socket);
    expectIdle(selector);
  });

  test('each event is a new array and a new object', () => {
    const selector = open(Selector);
    selector.register(pipe()[1], EVENT_WRITE);
    const [first, second] = [selector.select(0), selector.select(0)];
    expect(first).toEqual(second);
    expect(first).not.toBe(second);
    expect(first[0]).not.toBe(second[0]);
  });
});
