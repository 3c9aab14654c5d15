import { inspect } from 'node:util';
import {
  Epoll,
  EpollEventList,
  EVENT_PRIORITY,
  EVENT_READ,
  EVENT_WRITE,
  Poll,
  POLLIN,
  SelectSelector,
  type SelectorKey,
  Waker,
} from 'io-selectors';
import { close, eventfd, pidfd, signals, timerfd } from 'io-selectors/fd';
import { AF_UNIX, MessageList, Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe, portOf, socketPair, tcpPair } from '../support/descriptors.js';
import { backends, open } from '../support/selectors.js';

describe('console.log shows', () => {
  test('a socket with its addresses', () => {
    const [client, server] = tcpPair();
    const [mine, other] = [portOf(client), portOf(server)];
    const state = `closed: false, local: '127.0.0.1:${mine}', remote: '127.0.0.1:${other}'`;
    expect(inspect(client, { breakLength: Infinity })).toBe(`Socket { fd: ${client.fd}, ${state} }`);
  });

  test('a socket without an address', () => {
    const socket = owned(new Socket());
    expect(inspect(socket)).toBe(`Socket { fd: ${socket.fd}, closed: false }`);
    if (!has.unixSockets) return;
    const [a] = socketPair();
    expect(inspect(a)).toBe(`Socket { fd: ${a.fd}, closed: false }`);
  });

  test.runIf(has.unixSockets)('a socket with an abstract name', () => {
    const socket = owned(new Socket(AF_UNIX));
    socket.bind({ path: '' });
    expect(inspect(socket)).toMatch(/^Socket \{ fd: \d+, closed: false, local: '@[0-9a-f]{5}' \}$/);
  });

  test('a socket that is closed or detached, or whose descriptor was closed behind its back', () => {
    const [a, b] = socketPair();
    a.close();
    close(b.detach());
    for (const socket of [a, b]) expect(inspect(socket)).toBe('Socket { fd: -1, closed: true }');
    const lost = new Socket();
    close(lost.fd);
    expect(inspect(lost)).toMatch(/^Socket \{ fd: \d+, closed: false/);
    expect(() => lost.close()).toThrow('EBADF');
  });

  const numbered: [isThere: boolean, name: string, make: () => { fd: number; close(): void }][] = [
    [has.eventfd, 'EventFd', () => eventfd()],
    [has.timerfd, 'TimerFd', () => timerfd({ delayMs: 0 })],
    [has.pidfd, 'PidFd', () => pidfd(process.pid)],
    [true, 'Waker', () => new Waker(owned(new SelectSelector()).waker.share())],
  ];

  test.each(numbered.filter(([isThere]) => isThere))('%s: %s', (_, name, make) => {
    const object = owned(make());
    expect(inspect(object)).toBe(`${name} { fd: ${object.fd}, closed: false }`);
    object.close();
    expect(inspect(object)).toBe(`${name} { fd: -1, closed: true }`);
  });

  test.runIf(has.signals)('a signals object with its signals', () => {
    const object = owned(signals(['SIGUSR2', 'SIGWINCH']));
    expect(inspect(object)).toBe(`Signals { fd: ${object.fd}, closed: false, names: [ 'SIGUSR2', 'SIGWINCH' ] }`);
  });

  test('a list of messages', () => {
    const list = new MessageList(4, 100);
    list.add(0);
    expect(inspect(list)).toBe('MessageList { capacity: 4, slotSize: 100, length: 1 }');
  });

  test.runIf(has.poll)('a Poll', () => {
    const poll = new Poll();
    poll.register(0, POLLIN);
    expect(inspect(poll)).toBe('Poll { size: 1, closed: false }');
    poll.close();
    expect(inspect(poll)).toBe('Poll { size: 0, closed: true }');
  });

  test.runIf(has.epoll)('an Epoll and a list of its events', () => {
    const epoll = owned(new Epoll());
    expect(inspect(epoll)).toBe(`Epoll { fd: ${epoll.fd}, closed: false }`);
    epoll.close();
    expect(inspect(epoll)).toBe('Epoll { fd: -1, closed: true }');
    expect(inspect(new EpollEventList(5))).toBe('EpollEventList { capacity: 5, length: 0 }');
  });

  test('an object of a subclass under the name of that class, and with its own properties', () => {
    class Connection extends Socket {}
    const connection = owned(new Connection());
    expect(inspect(connection)).toBe(`Connection { fd: ${connection.fd}, closed: false }`);
  });

  test('only the name of an object that is nested too deep', () => {
    const socket = owned(new Socket());
    expect(inspect({ a: { b: { c: { socket } } } })).toContain('[Object]');
    expect(inspect({ socket }, { depth: 0 })).toBe('{ socket: [Socket] }');
  });

  test('an object that only inherits from a class, and the class itself', () => {
    for (const { prototype } of [Socket, MessageList]) {
      expect(inspect(Object.create(prototype))).toMatch(/^(Socket|MessageList) \{\}$/);
      expect(inspect(prototype)).toBeTypeOf('string');
    }
  });
});

describe.each(backends)('console.log shows of %s', (backend, Selector) => {
  test('a selector', async () => {
    const selector = open(Selector);
    selector.register(pipe()[0], EVENT_READ);
    const fd = 'fd' in selector ? `, fd: ${String(selector.fd)}` : '';
    const shown = (waiting: boolean) =>
      `${Selector.name} { backend: '${backend}'${fd}, closed: false, registrations: 1, waiting: ${waiting} }`;
    expect(inspect(selector, { breakLength: Infinity })).toBe(shown(false));
    const wait = selector.selectAsync();
    expect(inspect(selector, { breakLength: Infinity })).toBe(shown(true));
    selector.close();
    await wait;
    const state = 'closed: true, registrations: 0, waiting: false';
    expect(inspect(selector, { breakLength: Infinity })).toBe(`${Selector.name} { backend: '${backend}', ${state} }`);
  });

  test('keys and the map of keys', () => {
    const selector = open(Selector);
    const [a] = socketPair();
    const [readFd] = pipe();
    const [first, second] = [
      selector.register(a, EVENT_READ | EVENT_WRITE | EVENT_PRIORITY, { name: 'a' }),
      selector.register(readFd, EVENT_READ, 'b'),
    ];
    const state = `fd: ${a.fd}, events: 'READ|WRITE|PRIORITY', data: { name: 'a' }`;
    const options = { breakLength: Infinity };
    expect(inspect(first, options)).toBe(`SelectorKey { fileObject: [Socket], ${state} }`);
    const shown = `SelectorKey { fileObject: ${readFd}, fd: ${readFd}, events: 'READ', data: 'b' }`;
    expect(inspect(second, options)).toBe(shown);
    selector.unregister(a);
    expect(inspect(selector.getMap(), options)).toBe(`Map(1) { ${readFd} => ${shown} }`);
    selector.close();
    expect(inspect(second, options)).toBe(shown);
  });

  test('a waker', () => {
    const selector = open(Selector);
    const waker = owned(new Waker(selector.waker.share()));
    expect(inspect(waker)).toBe(`Waker { fd: ${waker.fd}, closed: false }`);
  });

  test('a key whose data refers to the key, once', () => {
    const selector = open<{ key?: SelectorKey }>(Selector);
    const connection: { key?: SelectorKey } = {};
    connection.key = selector.register(pipe()[0], EVENT_READ, connection);
    expect(inspect(connection.key, { depth: Infinity })).toMatch(/^<ref \*1> SelectorKey \{[^]*key: \[Circular \*1\]/);
  });
});
