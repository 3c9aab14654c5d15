import { expect, test } from 'vitest';
import { isAvailable } from '../support/callables.js';
import { inChild } from '../support/child.js';
import { publicTable } from '../support/public-table.js';

test('the table of public calls has every exported function and class with all members', async () => {
  const { exported, listed } = await inChild(
    null,
    (io, _, { publicTable, isAvailable }) => {
      const table = publicTable(io);
      const exported = Object.entries({ ...io, ...io.fd, ...io.socket }).flatMap(([name, value]: [string, unknown]) => {
        // Numbers are constants. Of an abstract class the table has the subclasses.
        if (typeof value === 'number' || ['fd', 'socket', 'has', 'syscalls', 'BaseSelector'].includes(name)) return [];
        const own = Object.getOwnPropertyNames(value).filter((key) => !['length', 'name', 'prototype'].includes(key));
        return [name, ...own.map((key) => `${name}.${key}`)];
      });
      const listed = [...table.functions, ...table.constructors].map(({ name }) => name);
      listed.push(...table.internals);
      for (const row of table.classes.filter(isAvailable(io))) {
        exported.push(...inherited(Object.getPrototypeOf(row.make())).map((key) => `${row.name}#${key}`));
        const members = [...Reflect.ownKeys(row.methods).map(String), ...row.getters, ...(row.internals ?? [])];
        listed.push(...members.map((key) => `${row.name}#${key}`));
      }
      return { exported, listed };

      /** The properties of an object and its prototypes, up to Object.prototype. */
      function inherited(object: object): string[] {
        const names = new Set<string>();
        for (let owner: object = object; owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
          for (const key of Reflect.ownKeys(owner)) names.add(String(key));
        }
        names.delete('constructor');
        return Array.from(names);
      }
    },
    { using: { publicTable, isAvailable } },
  );
  expect(listed.toSorted()).toEqual(exported.toSorted());
});
