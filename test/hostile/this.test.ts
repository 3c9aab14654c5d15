import { expect, test } from 'vitest';
import { callTools } from '../support/callables.js';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { publicTable } from '../support/public-table.js';

const using = { publicTable, ...callTools };

test('every method and getter refuses a wrong this', async () => {
  const { count, wrong } = await inChild(
    null,
    async (io, _, { publicTable, isAvailable, openNumbers, stateOf, outcomeOf, cleanUp }) => {
      const wrong: string[] = [];
      let count = 0;
      // These use only public members, or no object at all.
      const open = new Set(['backend', 'features', 'Symbol(Symbol.toStringTag)', 'Symbol(nodejs.util.inspect.custom)']);
      for (const row of publicTable(io).classes.filter(isAvailable(io))) {
        const start = openNumbers();
        const self = row.make();
        const before = stateOf(io, self);
        const receivers: [string, unknown][] = [
          ['undefined', undefined],
          ['null', null],
          ['3', 3],
          ['{}', {}],
          ['{ fd: 0 }', { fd: 0 }],
          ['an object made of it', Object.create(self)],
          ['a proxy of it', new Proxy(self, {})],
          ['its prototype', Object.getPrototypeOf(self)],
          ['an object of another class', new io.socket.MessageList(1, 1)],
        ];
        const calls: [string, Function, unknown[]][] = Reflect.ownKeys(row.methods).map((key) => [
          String(key),
          Reflect.get(self, key),
          (row.methods[key].with?.() ?? []).map(([, value]) => value),
        ]);
        for (const name of row.getters) {
          const key = name.startsWith('Symbol(') ? Symbol.toStringTag : name;
          let owner = self;
          while (
            Object.getOwnPropertyDescriptor(owner, key)?.get === undefined &&
            Object.getPrototypeOf(owner) !== null
          ) {
            owner = Object.getPrototypeOf(owner);
          }
          const get = Object.getOwnPropertyDescriptor(owner, key)?.get;
          if (get !== undefined) calls.push([name, get, []]);
        }
        for (const [name, call, args] of calls) {
          for (const [label, receiver] of receivers) {
            const own = row.name === 'MessageList' && label === 'an object of another class';
            if (own || open.has(name)) continue;
            count++;
            const { threw, error } = await outcomeOf(() => {
              const result: unknown = Reflect.apply(call, receiver, args);
              return result;
            });
            if (!threw || !(error instanceof TypeError))
              wrong.push(`${row.name}#${name} on ${label}: ${String(error)}`);
          }
        }
        if (stateOf(io, self) !== before) wrong.push(`${row.name} has changed`);
        cleanUp(io, start, self);
      }
      return { count, wrong };
    },
    { using },
  );
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(500);
});

test('after close() every method throws ERR_CLOSED, whatever its arguments, except close() itself', async () => {
  const { count, wrong } = await inChild(
    null,
    async (io, _, { publicTable, callables, openNumbers, outcomeOf, cleanUp }) => {
      const wrong: string[] = [];
      let count = 0;
      const hostile = Symbol('hostile');
      for (const callable of callables(io, publicTable(io))) {
        const start = openNumbers();
        const self = callable.make();
        if (self === undefined || !('close' in self) || typeof self.close !== 'function') continue;
        self.close();
        const { threw, error } = await outcomeOf(() =>
          callable.call(
            self,
            callable.arguments().map(([, value]) => value),
          ),
        );
        const refused = await outcomeOf(() =>
          callable.call(
            self,
            callable.arguments().map(() => hostile),
          ),
        );
        const codes = [threw, refused.threw].some(Boolean)
          ? [error, refused.error].map((error) => Reflect.get(Object(error), 'code'))
          : ['none', 'none'];
        count++;
        // An iteration ends with its selector, and a closed object can be inspected.
        const harmless = /#(close|Symbol\(.*\.(dispose|asyncIterator|inspect\.custom)\))$/.test(callable.name);
        const expected = harmless ? 'none' : 'ERR_CLOSED';
        if (codes.some((code) => code !== expected)) wrong.push(`${callable.name}: ${codes.join()}`);
        cleanUp(io, start);
      }
      return { count, wrong };
    },
    { using },
  );
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(has.poll ? 50 : 40);
});

test('console.log shows open and closed objects, and objects that only inherit from a class', async () => {
  const { count, wrong } = await inChild(
    null,
    async (io, _, { publicTable, isAvailable, openNumbers, outcomeOf, cleanUp }) => {
      const { inspect } = process.getBuiltinModule('node:util');
      const wrong: string[] = [];
      let count = 0;
      for (const row of publicTable(io).classes.filter(isAvailable(io))) {
        const start = openNumbers();
        const self = row.make();
        const things = [self, Object.create(self), Object.getPrototypeOf(self), new Proxy(self, {}), { in: [self] }];
        const look = async (when: string) => {
          for (const [i, thing] of things.entries()) {
            count++;
            const { threw, error } = await outcomeOf(() => inspect(thing, { depth: 5, showHidden: true }));
            if (threw) wrong.push(`${row.name}, ${when}, ${i}: ${String(error)}`);
          }
        };
        await look('open');
        if ('close' in self && typeof self.close === 'function') {
          self.close();
          await look('closed');
        }
        cleanUp(io, start);
      }
      return { count, wrong };
    },
    { using },
  );
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(has.poll ? 60 : 40);
});
