import { expect, test } from 'vitest';
import { type Callable, callTools } from '../support/callables.js';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { publicTable } from '../support/public-table.js';
import { hookedValues } from './objects.js';

const using = { publicTable, hookedValues, ...callTools };

test('an error thrown by a getter or method of an argument passes through, and nothing has changed', async () => {
  const { count, wrong } = await inChild(
    null,
    async (io, _, { publicTable, hookedValues, callables, openNumbers, stateOf, outcomeOf, cleanUp }) => {
      const wrong: string[] = [];
      let count = 0;
      const own = new Error('of the caller');
      let ran = false;
      const hook = () => {
        ran = true;
        throw own;
      };
      for (const callable of callables(io, publicTable(io))) {
        const { length } = callable.arguments();
        for (let i = 0; i < length; i++) {
          const { length } = hookedValues(callable.arguments()[i], () => {});
          for (let variant = 0; variant < length; variant++) await attempt(callable, i, variant);
        }
      }
      return { count, wrong };

      async function attempt(callable: Callable, i: number, variant: number) {
        count++;
        const start = openNumbers();
        const self = callable.make();
        const given = callable.arguments();
        const args = given.map(([, value]) => value);
        const [label, value, must] = hookedValues(given[i], hook)[variant];
        args[i] = value;
        const [before, numbers] = [stateOf(io, self), openNumbers()];
        ran = false;
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>((_, reject) => {
          timer = setTimeout(reject, 5000, new Error('never settled'));
        });
        const outcome = await outcomeOf(() => {
          const result = callable.call(self, args);
          return result instanceof Promise ? Promise.race([result, late]) : result;
        });
        clearTimeout(timer);
        const complain = (what: string) => wrong.push(`${callable.name}, argument ${i}: ${label}: ${what}`);
        if (must && !ran) complain('was not read');
        if (outcome.threw) {
          if (!ran || outcome.error !== own) complain(String(outcome.error));
          if (stateOf(io, self) !== before) complain('changed its object');
          if (String(openNumbers()) !== String(numbers)) complain('left or took a descriptor');
        } else {
          // A wait that cannot remove its abort listener must not lose the events that it found.
          if (ran && !label.includes('removeEventListener')) complain('swallowed what was thrown');
          if (stateOf(io, self).includes('ERR_BUSY')) complain('is busy for good');
        }
        cleanUp(io, start, outcome.value, self);
      }
    },
    { using },
  );
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(100);
});

test.runIf(has.dup2)('a call whose argument closes its object throws ERR_CLOSED and leaves the next owner of the number alone', async () => {
  const { count, wrong } = await inChild(
    null,
    async (io, _, { publicTable, hookedValues, callables, openNumbers, fileState, outcomeOf, cleanUp }) => {
      const { Socket, SOL_SOCKET, SO_TYPE } = io.socket;
      const wrong: string[] = [];
      let count = 0;
      for (const callable of callables(io, publicTable(io))) {
        const start = openNumbers();
        const made = callable.make();
        const closable = made !== undefined && 'close' in made && !('slotSize' in made);
        cleanUp(io, start, made);
        if (!closable) continue;
        const { length } = callable.arguments();
        for (let i = 0; i < length; i++) {
          const { length } = hookedValues(callable.arguments()[i], () => {});
          for (let variant = 0; variant < length; variant++) await attempt(callable, i, variant);
        }
      }
      return { count, wrong };

      /** Puts another file of the same kind under this number. */
      function takeOver(self: object, stranger: object): number {
        const number = numberOf(self);
        Reflect.apply(Reflect.get(self, 'close'), self, []);
        if (number >= 0) io.fd.dup2(numberOf(stranger), number);
        return number;
      }

      function numberOf(object: object): number {
        // Selectors without a descriptor of their own lose their waker's.
        const owner = 'fd' in object ? object : Reflect.get(object, 'waker');
        return Number(Reflect.get(Object(owner), 'fd') ?? -1);
      }

      async function attempt(callable: Callable, i: number, variant: number) {
        count++;
        const start = openNumbers();
        const self = callable.make()!;
        // A connected socket would refuse a call that harms an unconnected one.
        const stranger =
          self instanceof Socket
            ? new Socket(io.socket.AF_INET, self.getOption(SOL_SOCKET, SO_TYPE))
            : callable.make()!;
        let number = -1;
        let before: string | undefined;
        const hook = () => {
          if (before !== undefined) return;
          number = takeOver(self, stranger);
          before = fileState(io, number);
        };
        const given = callable.arguments();
        const args = given.map(([, value]) => value);
        const [label, value, must] = hookedValues(given[i], hook)[variant];
        args[i] = value;
        const { threw, error, value: result } = await outcomeOf(() => callable.call(self, args));
        const complain = (what: string) => wrong.push(`${callable.name}, argument ${i}: ${label}: ${what}`);
        if (before !== undefined) {
          const code = threw ? Reflect.get(Object(error), 'code') : 'nothing';
          if (must && code !== 'ERR_CLOSED') complain(`threw ${code}`);
          if (fileState(io, number) !== before) complain('changed a stranger');
        }
        cleanUp(io, start, result, stranger);
      }
    },
    { using },
  );
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(50);
});

test('a property of an argument is read at most once', async () => {
  const { count, wrong } = await inChild(
    null,
    async (io, _, { publicTable, hookedValues, callables, openNumbers, outcomeOf, cleanUp }) => {
      const wrong: string[] = [];
      let count = 0;
      for (const callable of callables(io, publicTable(io))) {
        const { length } = callable.arguments();
        for (let i = 0; i < length; i++) {
          const { length } = hookedValues(callable.arguments()[i], () => {});
          for (let variant = 0; variant < length; variant++) {
            count++;
            const start = openNumbers();
            const self = callable.make();
            const reads = new Map<string, number>();
            const given = callable.arguments();
            const args = given.map(([, value]) => value);
            const [label, value] = hookedValues(given[i], (property) => {
              if (property !== '') reads.set(property, (reads.get(property) ?? 0) + 1);
            })[variant];
            args[i] = value;
            const outcome = await outcomeOf(() => callable.call(self, args));
            const where = `${callable.name}, argument ${i}: ${label}`;
            if (outcome.threw) wrong.push(`${where}: ${String(outcome.error)}`);
            for (const [property, times] of reads)
              if (times > 1) wrong.push(`${where}: read ${property} ${times} times`);
            cleanUp(io, start, outcome.value, self);
          }
        }
      }
      return { count, wrong };
    },
    { using },
  );
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(100);
});
