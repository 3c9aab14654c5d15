import { type Address, MessageList, Socket, SOCK_DGRAM, socketPair } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { inChild } from '../support/child.js';
import { owned, portOf } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { loopbacks, udp, unusedPort } from '../support/internet.js';

const receiverPort = () => udp(loopbacks[0]).port;
const calls: [string, (socket: Socket, address: Address) => unknown, port: () => number][] = [
  ['bind', (socket, address) => socket.bind(address), () => 0],
  ['connect', (socket, address) => socket.connect(address), receiverPort],
  ['sendTo', (socket, address) => socket.sendTo('x', address), receiverPort],
];

/** Runs a function while every object inherits these properties. */
function polluted(properties: Record<string, unknown>, action: () => void): void {
  const prototype: object = Object.prototype;
  Object.assign(prototype, properties);
  try {
    action();
  } finally {
    for (const name of Object.keys(properties)) Reflect.deleteProperty(prototype, name);
  }
}

describe.each(calls)('the address of %s', (_, call, makePort) => {
  test.each(['address', 'port', 'family', 'path'])('may close the socket while its %s is read', (name) => {
    const socket = owned(new Socket(undefined, SOCK_DGRAM));
    const address = { address: '127.0.0.1', port: makePort() };
    const value: unknown = Reflect.get(address, name);
    Object.defineProperty(address, name, {
      get() {
        socket.close();
        return value;
      },
    });
    expectError(() => call(socket, address), 'ERR_CLOSED');
  });

  test('is read once, and not at all if the socket is closed', () => {
    const read: PropertyKey[] = [];
    const address = new Proxy({ address: '127.0.0.1', port: makePort(), family: 'IPv4' as const }, {
      get(target, name, receiver) {
        read.push(name);
        return Reflect.get(target, name, receiver);
      },
    });
    const socket = owned(new Socket(undefined, SOCK_DGRAM));
    call(socket, address);
    expect(read).toEqual(['address', 'port', 'family']);
    socket.close();
    expectError(() => call(socket, address), 'ERR_CLOSED');
    expect(read).toHaveLength(3);
  });

  test('is not taken from Object.prototype', () => {
    const socket = owned(new Socket(undefined, SOCK_DGRAM));
    const address = { address: '127.0.0.1', port: makePort() };
    polluted({ path: '/nowhere', family: 'IPv6', 0: 'IPv4' }, () => call(socket, address));
    expect(portOf(socket)).toBeGreaterThan(0);
    polluted(address, () => {
      expectError(() => call(socket, {} as Address), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    });
  });

  test('may have getters, and may lack a prototype', () => {
    class Place {
      get address() {
        return '127.0.0.1';
      }
      get port() {
        return 0;
      }
    }
    for (const address of [new Place(), Object.assign(Object.create(null), { address: '127.0.0.1', port: 0 })]) {
      const socket = owned(new Socket(undefined, SOCK_DGRAM));
      socket.bind(address);
      expect(portOf(socket)).toBeGreaterThan(0);
    }
  });
});

test('an address that closes the socket does not affect the next socket with its number', async () => {
  const bound = await inChild(undefined, ({ socket: { Socket } }) => {
    const victims: InstanceType<typeof Socket>[] = [];
    for (const method of ['bind', 'connect'] as const) {
      const socket = new Socket();
      const address = {
        port: 0,
        get address() {
          socket.close();
          victims.push(new Socket());
          return '127.0.0.1';
        },
      };
      try {
        socket[method](address);
      } catch {}
    }
    return victims.map((victim) => victim.localAddress());
  });
  expect(bound).toEqual(Array.from({ length: 2 }, () => ({ address: '0.0.0.0', port: 0, family: 'IPv4' })));
});

test('an object may empty or fill the list while it is added', () => {
  const [a] = socketPair().map(owned);
  const list = new MessageList(2, 4);
  list.add(a, 'one');
  const clears = {
    get fd() {
      list.clear();
      return a.fd;
    },
  };
  expect(list.add(clears, 'two')).toBe(0);
  expect([list.length, list.message(0).toString()]).toEqual([1, 'two']);
  const fills = {
    get fd() {
      list.add(a, 'more');
      return a.fd;
    },
  };
  expectError(() => list.add(fills), 'ERR_OUT_OF_RANGE');
  expect([list.length, list.message(1).toString()]).toEqual([2, 'more']);
});

test('options of a socket pair are not taken from Object.prototype', () => {
  polluted({ blocking: true }, () => {
    const [a] = socketPair(undefined, {}).map(owned);
    expect(a.recv(1)).toBeNull();
  });
});

test('errors name their own address, whatever is on Object.prototype', () => {
  const { address, port, family } = { address: '127.0.0.1', port: unusedPort(loopbacks[0]), family: 'IPv4' as const };
  const socket = owned(new Socket());
  polluted({ path: '/nowhere' }, () => {
    expect(thrownBy(() => socket.connect({ address, port, family }))).toMatchObject({ address, port });
  });
});
