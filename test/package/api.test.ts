import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as selectors from 'io-selectors';
import * as fd from 'io-selectors/fd';
import * as socket from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { root } from '../support/processes.js';
import { type Declaration, declarationsOf, optionsIn } from './declarations.js';
import { type Section, sectionsOf } from './markdown.js';

const { exports: entryPoints } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};
const ENTRIES: [name: string, entry: string, exported: Readonly<Record<string, unknown>>][] = [
  ['io-selectors', 'index', selectors],
  ['io-selectors/socket', 'socket', socket],
  ['io-selectors/fd', 'fd', fd],
];
const sections = sectionsOf('docs/api.md');

/** `selector.register(fileObject, events)`, `Epoll.fromFd(fd)`, `new Epoll()`, `selector\[Symbol.dispose]()`. */
const MEMBER = /^(?:(new) )?(\w+)(?:\.(\w+)|\\(\[Symbol\.\w+\]))?(?:\(.*\))?$/;

/** The sections of an entry point, by what they describe: `Socket`, `Socket#bind`, `Socket.fromFd`, `socketPair`. */
function documented(entry: string): Map<string, Section> {
  const start = sections.findIndex(({ title }) => title === `\`${entry}\``);
  const length = sections.slice(start + 1).findIndex(({ level }) => level <= 2);
  const result = new Map<string, Section>();
  let owner = '';
  for (const section of sections.slice(start + 1, start + 1 + length)) {
    const name = nameOf(section, owner);
    if (section.level === 3) owner = name;
    if (name === 'Constants') continue;
    expect(result.has(name), `${name} is described twice`).toBe(false);
    result.set(name, section);
  }
  return result;
}

function nameOf({ level, title }: Section, owner: string): string {
  if (level === 3) return title.replace(/^(Class|Type): /, '').replace(/\(.*$/, '');
  const [, isNew, object, name = '', symbol = ''] = MEMBER.exec(title) ?? [];
  if (isNew !== undefined) return `${owner}#constructor`;
  return `${owner}${object === owner ? '.' : '#'}${name}${symbol}`;
}

function constantsIn(entry: string): string[] {
  const start = sections.findIndex(({ title }) => title === `\`${entry}\``);
  const constants = sections.slice(start).find(({ title }) => title === 'Constants');
  return Array.from(constants?.text.matchAll(/^\| `(\w+)` \|/gm) ?? [], ([, name]) => name);
}

/** The members of a class that it does not share with a base class that is exported, and those of an interface. */
function expectedOf(declaration: Declaration): string[] {
  if (declaration.kind !== 'class') return [];
  const inherited = / extends BaseSelector</.test(declaration.text) ? ['features', 'backend'] : [];
  const names = declaration.members
    .filter(({ name }) => !inherited.includes(name))
    .map(({ name, isStatic }) => `${declaration.name}${isStatic ? '.' : '#'}${name}`);
  const hasConstructor = /^ {4}constructor\(/m.test(declaration.text);
  const isExportedValue = ENTRIES.some(([, , exported]) => declaration.name in exported);
  return isExportedValue && !hasConstructor ? [...names, `${declaration.name}#constructor`] : names;
}

describe.each(ENTRIES)('the reference of %s', (name, entry, exported) => {
  const declarations = declarationsOf(entry);
  const described = documented(name);
  const isConstant = ({ name }: Declaration) => typeof exported[name] === 'number';

  test('has every export with every public member, and nothing else', () => {
    const expected = Array.from(declarations.values())
      .flatMap((declaration) => (isConstant(declaration) ? [] : [declaration.name, ...expectedOf(declaration)]));
    expect(Array.from(described.keys()).toSorted()).toEqual(Array.from(new Set(expected)).toSorted());
  });

  test('has every constant, and nothing else', () => {
    const expected = Object.keys(exported).filter((key) => typeof exported[key] === 'number');
    expect(constantsIn(name).toSorted()).toEqual(expected.toSorted());
  });

  test('is compared with declarations of what is really there', () => {
    const values = Array.from(declarations.values()).filter(({ kind }) => kind !== 'interface' && kind !== 'type');
    expect(values.map(({ name }) => name).filter((key) => !isClassOfType(key, declarations, exported)).toSorted()).toEqual(
      Object.keys(exported).toSorted(),
    );
    for (const { name: key, kind, members } of values) {
      const value = exported[key];
      if (kind !== 'class' || typeof value !== 'function') continue;
      const real = keysOf(value);
      const methods = members.filter(({ text }) => !text.startsWith('abstract ') && /^[^;]*\(|^get |^static /.test(text));
      for (const { name: member } of methods.filter(({ name }) => name !== 'constructor')) {
        expect(real.has(keyOf(member)), `${key}.${member}`).toBe(true);
      }
    }
  });

  test('has every option and every property of a type', () => {
    for (const declaration of declarations.values()) {
      if (declaration.kind === 'interface') {
        for (const member of declaration.members.filter(({ text }) => !text.includes('('))) {
          expect(described.get(declaration.name)?.text, declaration.name).toContain(`\`${member.name}\``);
        }
      } else if (declaration.kind === 'class') {
        for (const { name: member, isStatic, text } of declaration.members) {
          const { text: place } = described.get(`${declaration.name}${isStatic ? '.' : '#'}${member}`) ?? { text: '' };
          for (const option of optionsIn(text)) expect(place, `${declaration.name} ${member}`).toContain(`\`options.${option}\``);
        }
      } else {
        const place = described.get(declaration.name)?.text;
        for (const option of optionsIn(declaration.text)) expect(place, declaration.name).toContain(`\`options.${option}\``);
      }
    }
  });

  test('names the options of no other function', () => {
    for (const [key, { level, text }] of described) {
      if (level === 3 && /^[A-Z]/.test(key)) continue;
      const [owner, member] = key.split(/[#.]/);
      const declaration = declarations.get(owner);
      const own = declaration?.kind === 'class' ? declaration.members.filter(({ name }) => name === member) : [declaration];
      const options = own.flatMap((one) => optionsIn(one?.text ?? ''));
      for (const [, option] of text.matchAll(/`options\.(\w+)`/g)) expect(options, key).toContain(option);
    }
  });

  test('gives every parameter its name', () => {
    for (const [key, { level, title }] of described) {
      if (!title.includes('(') || (level === 3 && !declarations.has(key))) continue;
      const [owner, member] = key.split(/[#.]/);
      const declaration = declarations.get(owner);
      const own = declaration?.kind === 'class' ? declaration.members.filter(({ name }) => name === member) : [declaration];
      // In the type of its last parameters, register() says whether data may be left out.
      const overloads = own.map((one) => parametersOf(one?.text ?? '')).filter((names) => !names.includes('rest'));
      const given = Array.from(/\((.*)\)/.exec(title)?.[1].matchAll(/\w+/g) ?? [], ([parameter]) => parameter);
      if (overloads.length > 0) expect(overloads, key).toContainEqual(given);
    }
  });
});

test('the reference has every entry point', () => {
  const names = Object.keys(entryPoints).filter((path) => path !== './package.json').map((path) => path.replace('.', 'io-selectors'));
  expect(ENTRIES.map(([name]) => name).toSorted()).toEqual(names.toSorted());
});

/** Whether it is a class that only functions make: its declaration is exported, itself it is not. */
function isClassOfType(name: string, declarations: Map<string, Declaration>, exported: Readonly<Record<string, unknown>>): boolean {
  return declarations.get(name)?.kind === 'class' && !(name in exported);
}

/** The keys of a class's members: static ones, its own and those it inherits. */
function keysOf(value: object): Set<PropertyKey> {
  const keys = new Set(Reflect.ownKeys(value));
  for (let owner: unknown = Reflect.get(value, 'prototype'); owner instanceof Object; owner = Object.getPrototypeOf(owner)) {
    for (const key of Reflect.ownKeys(owner)) keys.add(key);
  }
  return keys;
}

/** `[Symbol.dispose]` is a symbol, by whatever description. */
function keyOf(name: string): PropertyKey {
  const [, symbol] = /^\[Symbol\.(\w+)\]$/.exec(name) ?? [];
  return symbol === undefined ? name : Reflect.get(Symbol, symbol);
}

/** The names of the parameters of a function or method. */
function parametersOf(text: string): string[] {
  const code = text.replaceAll(/\/\*\*[^]*?\*\//g, '');
  let depth = 0;
  let list = '';
  for (const character of code.slice(code.indexOf('('))) {
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
    if (depth === 0) break;
    list += depth === 1 ? character : '';
  }
  return Array.from(list.matchAll(/(\w+)\??:/g), ([, name]) => name);
}

test('the table of errors has every code that the package gives, and no other', () => {
  const dist = join(root, 'dist');
  const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => /^(?!cli).*\.js$/.test(path));
  const given = scripts.flatMap((path) => readFileSync(join(dist, path), 'utf8').match(/["']ERR_\w+["']/g) ?? []);
  const table = sections.find(({ title }) => title === 'Errors')?.text ?? '';
  const listed = Array.from(table.matchAll(/^\| `(ERR_\w+)` \|/gm), ([, code]) => code);
  expect(listed.toSorted()).toEqual(Array.from(new Set(given.map((code) => code.slice(1, -1)))).toSorted());
});
