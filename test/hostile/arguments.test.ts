import { expect, test } from 'vitest';
import { type Callable, callTools } from '../support/callables.js';
import { inChild } from '../support/child.js';
import { publicTable } from '../support/public-table.js';
import { hostileValues } from './values.js';

test('every argument of a wrong type or out of range is refused with a code and changes nothing', async () => {
  const { count, wrong } = await inChild(
    null,
    async (io, _, { publicTable, hostileValues, callables, openNumbers, stateOf, outcomeOf, cleanUp }) => {
      const errors: Record<string, [ErrorConstructor, string]> = {
        type: [TypeError, 'ERR_INVALID_ARG_TYPE'],
        range: [RangeError, 'ERR_OUT_OF_RANGE'],
      };
      const wrong: string[] = [];
      let count = 0;
      for (const callable of callables(io, publicTable(io))) {
        const { length } = callable.arguments();
        for (let i = 0; i < length; i++) await position(callable, i);
      }
      return { count, wrong };

      async function position(callable: Callable, i: number) {
        const [kind, , of] = callable.arguments()[i];
        for (const [label, value, verdict] of hostileValues(kind, io)) {
          await attempt(callable, `argument ${i}: ${label}`, verdict, (args) => {
            args[i] = value;
          });
        }
        for (const [property, propertyKind] of Object.entries(of ?? {})) {
          for (const [label, value, verdict] of hostileValues(propertyKind, io)) {
            await attempt(callable, `argument ${i}: { ${property}: ${label} }`, verdict, (args) => {
              args[i] = { ...Object(args[i]), [property]: value };
            });
          }
        }
      }

      async function attempt(
        callable: Callable,
        label: string,
        verdict: 'type' | 'range' | 'any',
        change: (args: unknown[]) => void,
      ) {
        count++;
        const start = openNumbers();
        const self = callable.make();
        const args = callable.arguments().map(([, value]) => value);
        change(args);
        const before = stateOf(io, self);
        const numbers = openNumbers();
        const { threw, error, value } = await outcomeOf(() => callable.call(self, args));
        const complain = (what: string) => wrong.push(`${callable.name}, ${label}: ${what}`);
        if (threw) {
          const [type, code] = errors[verdict] ?? [Error, Reflect.get(Object(error), 'code')];
          if (!(error instanceof type) || Reflect.get(error, 'code') !== code) complain(String(error));
          if (stateOf(io, self) !== before) complain('changed its object');
          if (String(openNumbers()) !== String(numbers)) complain('left or took a descriptor');
        } else if (verdict !== 'any') {
          complain('was taken');
        }
        cleanUp(io, start, value, self);
      }
    },
    { using: { publicTable, hostileValues, ...callTools } },
  );
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(1500);
});
