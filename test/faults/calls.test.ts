import { expect, test } from 'vitest';
import { callTools } from '../support/callables.js';
import { has } from '../support/capability.js';
import { inFaultyChild } from './fault.js';
import { faultTable } from './table.js';

test.runIf(has.compiler)('every system call that fails is reported as documented, leaks nothing and changes nothing', async () => {
  const { rows, wrong } = await inFaultyChild(
    null,
    async (io, _, { faultTable, isAvailable, openFaults, openNumbers, outcomeOf, stateOf, cleanUp }) => {
      const { errno } = process.getBuiltinModule('node:os').constants;
      const faults = openFaults();
      const wrong: string[] = [];
      let rows = 0;
      for (const row of faultTable(io).filter(isAvailable(io))) {
        rows++;
        for (const [error, consequence] of Object.entries(row.errors)) {
          const complain = (what: string) => wrong.push(`${row.name}, ${error} of ${row.call}: ${what}`);
          const start = openNumbers();
          const made = row.make();
          const act = () => Reflect.apply(row.act, undefined, [made]);
          const fd = typeof row.fd === 'function' ? Reflect.apply(row.fd, undefined, [made]) : row.fd;
          const [before, numbers] = [stateOf(io, made), openNumbers()];
          const { call, operation = -1, times = 1 } = row;
          faults.start({ call, error, operation, times });
          const outcome = await outcomeOf(act);
          const { failed } = faults.stop();
          if (failed === 0 || (times === 1 && failed > 1)) complain(`failed ${failed} times`);
          if (typeof consequence === 'object' && 'value' in consequence) {
            const told = outcome.threw ? String(outcome.error) : JSON.stringify(outcome.value);
            if (told !== consequence.value) complain(told);
          } else {
            const { code, syscall, errno: number, fd: named } = Object(outcome.error);
            const expected = consequence === 'throws' ? error : consequence.code;
            if (code !== expected) complain(outcome.threw ? String(outcome.error) : 'nothing was thrown');
            const shaped =
              number === -Number(Reflect.get(errno, error)) &&
              syscall === row.syscall &&
              (named === fd || fd === 'gone');
            if (consequence === 'throws' && !shaped) complain(`${String(syscall)}, ${String(named)} instead of ${fd}`);
            if (stateOf(io, made) !== before) complain('changed its object');
            if (String(openNumbers()) !== String(numbers)) complain('left or took a descriptor');
          }
          const again = await outcomeOf(act);
          if (again.threw) complain(`does not work any more: ${String(again.error)}`);
          cleanUp(io, start, outcome.value, again.value, made);
        }
      }
      return { rows, wrong };
    },
    { faultTable, ...callTools },
  );
  expect(wrong).toEqual([]);
  expect(rows).toBeGreaterThan(has.linuxBuild ? 40 : 30);
});
