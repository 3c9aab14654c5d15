import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../support/processes.js';

/** What the declarations say of something that is exported: a class or an interface has members. */
export interface Declaration {
  name: string;
  kind: 'class' | 'interface' | 'function' | 'const' | 'type';
  text: string;
  /** Public ones only; a constructor is `constructor`. */
  members: Member[];
}

export interface Member {
  name: string;
  isStatic: boolean;
  text: string;
}

const KINDS = /^export declare (?:abstract )?(class|function|const) (\w+)|^export (interface|type) (\w+)/;

/** Everything that an entry point exports, by name. */
export function declarationsOf(entry: string): Map<string, Declaration> {
  return exportsOf(join(root, 'dist', `${entry}.d.ts`));
}

/** All that a program can pass as an option of a function or method: the names in `options?: { ... }`. */
export function optionsIn(text: string): string[] {
  const [, body = ''] = /\boptions\??: \{([^}]*)\}/.exec(text) ?? [];
  return Array.from(body.matchAll(/(\w+)\??:/g), ([, name]) => name);
}

function exportsOf(path: string): Map<string, Declaration> {
  const text = readFileSync(path, 'utf8');
  const found = new Map<string, Declaration>();
  for (const { 1: names, 2: from } of text.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from '(.*)\.js';/gm)) {
    const all = exportsOf(join(dirname(path), `${from}.d.ts`));
    const wanted = names === '*' ? Array.from(all.keys()) : Array.from(names.matchAll(/(\w+)(?=,| \})/g), ([, name]) => name);
    for (const name of wanted) {
      const declaration = all.get(name);
      if (declaration === undefined) throw new Error(`${path} exports ${name}, which ${from} does not declare`);
      found.set(name, declaration);
    }
  }
  for (const declaration of declaredIn(text)) {
    // A value goes before a type of the same name.
    if (!found.has(declaration.name)) found.set(declaration.name, declaration);
  }
  return found;
}

function declaredIn(text: string): Declaration[] {
  return text.split(/^(?=export )/m).flatMap((part) => {
    const [, kind = '', name = '', typeKind = '', typeName = ''] = KINDS.exec(part) ?? [];
    if (kind === '' && typeKind === '') return [];
    const declaration = (kind || typeKind) as Declaration['kind'];
    const hasMembers = declaration === 'class' || declaration === 'interface';
    return [{ name: name || typeName, kind: declaration, text: part, members: hasMembers ? membersOf(part) : [] }];
  });
}

/** Own members, and those of a base class that is not exported itself. */
function membersOf(text: string): Member[] {
  const [body = ''] = /\{\n[^]*?^\}/m.exec(text) ?? [];
  const own = body.split(/^ {4}(?=[\w[])/m).slice(1).flatMap((member): Member[] => {
    const [, modifiers = '', name = ''] = /^((?:(?:static|readonly|abstract|get|protected|private) )*)([\w]+|\[[\w.]+\])/.exec(member) ?? [];
    if (/protected|private/.test(modifiers)) return [];
    return [{ name, isStatic: modifiers.includes('static'), text: member }];
  });
  const [, base] = / extends (\w+)/.exec(text) ?? [];
  return base === 'DescriptorOwner' ? [...own, ...descriptorOwner()] : own;
}

function descriptorOwner(): Member[] {
  const path = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('/descriptor-owner.d.ts'));
  return declaredIn(readFileSync(join(root, 'dist', path ?? ''), 'utf8'))[0].members;
}
