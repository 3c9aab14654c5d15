import { MessageList } from 'io-selectors/socket';
import { expect, test } from 'vitest';
import { type Callable, callTools } from '../support/callables.js';
import { inChild } from '../support/child.js';
import { expectError } from '../support/errors.js';
import { publicTable } from '../support/public-table.js';

const using = { publicTable, ...callTools };

/** Every kind of view of the four bytes `abcd`, each at the start of its buffer. */
function views(): [label: string, bytes: Uint8Array][] {
  const { runInNewContext } = process.getBuiltinModule('node:vm');
  const resizable: ArrayBuffer = Reflect.construct(ArrayBuffer, [4, { maxByteLength: 64 }]);
  const growable: SharedArrayBuffer = Reflect.construct(SharedArrayBuffer, [4, { maxByteLength: 64 }]);
  const shrunk: ArrayBuffer = Reflect.construct(ArrayBuffer, [64, { maxByteLength: 64 }]);
  const tracking = new Uint8Array(shrunk);
  Reflect.apply(Reflect.get(shrunk, 'resize'), shrunk, [4]);
  class Liar extends Uint8Array {
    override get length() {
      return 1000;
    }
    override get byteLength() {
      return 1000;
    }
    override get byteOffset() {
      return 1000;
    }
  }
  const shadowed = new Uint8Array(4);
  for (const [name, value] of [
    ['length', 1000],
    ['byteLength', 1000],
    ['buffer', new ArrayBuffer(1000)],
  ] as const) {
    Object.defineProperty(shadowed, name, { value });
  }
  const result: [string, Uint8Array][] = [
    ['a Buffer', Buffer.alloc(4)],
    ['a Uint8Array of another realm', runInNewContext('new Uint8Array(4)')],
    ['a subclass of another realm', runInNewContext('new (class extends Uint8Array {})(4)')],
    ['a view of shared memory', new Uint8Array(new SharedArrayBuffer(4))],
    ['a view of resizable memory', new Uint8Array(resizable, 0, 4)],
    ['a view that tracks the length of its memory', new Uint8Array(resizable)],
    ['a view that tracks growable shared memory', new Uint8Array(growable)],
    ['a view that has shrunk with its memory', tracking],
    ['a subclass that lies about its length', new Liar(4)],
    ['a view whose own properties lie', shadowed],
  ];
  for (const [, bytes] of result) Reflect.apply(Uint8Array.prototype.set, bytes, [Buffer.from('abcd')]);
  return result;
}

/** Views without any bytes. */
function uselessViews(): [label: string, bytes: Uint8Array][] {
  const detached = new Uint8Array(4);
  structuredClone(detached, { transfer: [detached.buffer] });
  const resizable: ArrayBuffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 8 }]);
  const outside = new Uint8Array(resizable, 4, 4);
  Reflect.apply(Reflect.get(resizable, 'resize'), resizable, [2]);
  return [
    ['a view of detached memory', detached],
    ['a view past the end of its memory', outside],
  ];
}

test('every function accepts bytes of every realm, class and kind of memory, and exactly those', async () => {
  const results = await inChild(
    null,
    (io, _, { views }) => {
      const { fd, socket } = io;
      const table: [string, (bytes: Uint8Array) => string][] = [
        [
          'write, read',
          (bytes) => {
            const [r, w] = socket.socketPair().map((end) => end.detach());
            const told = [fd.write(w, bytes)];
            Reflect.apply(Uint8Array.prototype.fill, bytes, [0]);
            told.push(fd.read(r, bytes));
            [r, w].forEach(fd.close);
            return told.join();
          },
        ],
        [
          'send, recvInto',
          (bytes) => {
            const [a, b] = socket.socketPair();
            const told = [a.send(bytes)];
            Reflect.apply(Uint8Array.prototype.fill, bytes, [0]);
            told.push(b.recvInto(bytes));
            a.close();
            b.close();
            return told.join();
          },
        ],
        [
          'sendTo',
          (bytes) => {
            const [from, to] = [1, 2].map(() => new socket.Socket(socket.AF_INET, socket.SOCK_DGRAM));
            to.bind({ address: '127.0.0.1', port: 0 });
            const told = [from.sendTo(bytes, to.localAddress()), to.recv(1000)?.length];
            from.close();
            to.close();
            return told.join();
          },
        ],
        [
          'MessageList.add',
          (bytes) => {
            const list = new socket.MessageList(2, 8);
            list.add(0, 'first');
            list.add(0, 'second');
            list.clear();
            list.add(0, bytes);
            list.add(0);
            return [list.size(0), list.message(0).length, list.message(1).length].join();
          },
        ],
        [
          'setOption',
          (bytes) => {
            const one = new socket.Socket();
            Reflect.apply(Uint8Array.prototype.set, bytes, [Buffer.from(Int32Array.of(1).buffer)]);
            one.setOption(socket.SOL_SOCKET, socket.SO_KEEPALIVE, bytes);
            const told = one.getOption(socket.SOL_SOCKET, socket.SO_KEEPALIVE);
            one.close();
            Reflect.apply(Uint8Array.prototype.set, bytes, [Buffer.from('abcd')]);
            return String(told);
          },
        ],
      ];
      return table.map(([name, call]) => {
        const failures = views().flatMap(([label, bytes]) => {
          try {
            const told = call(bytes);
            const content = Buffer.from(Array.from({ length: 4 }, (_, i) => bytes[i])).toString();
            return [`${label}: ${told} ${content}`];
          } catch (error) {
            return [`${label}: ${String(error)}`];
          }
        });
        return { name, told: failures };
      });
    },
    { using: { views } },
  );
  const labels = views().map(([label]) => label);
  const said = (text: string) => labels.map((label) => `${label}: ${text}`);
  expect(results).toEqual([
    { name: 'write, read', told: said('4,4 abcd') },
    { name: 'send, recvInto', told: said('4,4 abcd') },
    { name: 'sendTo', told: said('4,4 abcd') },
    { name: 'MessageList.add', told: said('4,4,0 abcd') },
    { name: 'setOption', told: said('1 abcd') },
  ]);
});

test('a message that lies about its length does not reach into the next slot', () => {
  class Liar extends Uint8Array {
    override get length() {
      return 4;
    }
  }
  const list = new MessageList(2, 4);
  list.add(0, 'abcd');
  list.add(0, 'efgh');
  const next = list.message(1);
  list.clear();
  expectError(() => list.add(0, new Liar(8)), 'ERR_OUT_OF_RANGE', { type: RangeError });
  expect(next.toString()).toBe('efgh');
  expect(list.length).toBe(0);
});

test('every function refuses bytes of detached memory', async () => {
  const { count, wrong } = await inChild(
    null,
    async (io, _, { publicTable, callables, openNumbers, stateOf, outcomeOf, cleanUp, uselessViews }) => {
      const wrong: string[] = [];
      let count = 0;
      for (const callable of callables(io, publicTable(io))) {
        for (const [i, [kind]] of callable.arguments().entries()) {
          if (!['bytes', 'data', 'optionValue'].includes(kind.replace('?', ''))) continue;
          for (const [label, bytes] of uselessViews()) await attempt(callable, i, label, bytes);
        }
      }
      return { count, wrong };

      async function attempt(callable: Callable, i: number, label: string, bytes: Uint8Array) {
        count++;
        const start = openNumbers();
        const self = callable.make();
        const before = stateOf(io, self);
        const args = callable.arguments().map(([, value]) => value);
        args[i] = bytes;
        const { error, value } = await outcomeOf(() => callable.call(self, args));
        const code: unknown = Reflect.get(Object(error), 'code');
        if (code !== 'ERR_INVALID_ARG_TYPE') wrong.push(`${callable.name}, ${label}: ${String(error)}`);
        if (stateOf(io, self) !== before) wrong.push(`${callable.name}, ${label}: has changed`);
        cleanUp(io, start, value, self);
      }
    },
    { using: { ...using, uselessViews } },
  );
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThanOrEqual(14);
});
