import type { Package } from './child.js';
import type { Argument, Call, ClassRow, PublicTable } from './public-table.js';

/** A function of the package and a way to call it: a method is called on a new object. */
export interface Callable {
  name: string;
  /** Makes the object of a method. */
  make(): object | undefined;
  arguments(): Argument[];
  call(self: object | undefined, args: unknown[]): unknown;
}

export interface Outcome {
  threw: boolean;
  error?: unknown;
  value?: unknown;
}

/** Tells which rows of a table are about something that is there. Passed as text. */
export function isAvailable({ has }: Package): (row: { needs?: keyof Package['has'] }) => boolean {
  return ({ needs }) => needs === undefined || has[needs];
}

/** Every function of the table that exists in this build. Passed as text. */
export function callables(io: Package, { classes, functions, constructors }: PublicTable): Callable[] {
  const available = isAvailable(io);
  const method = (row: ClassRow, key: PropertyKey, { on, with: given }: Call): Callable => ({
    name: `${row.name}#${String(key)}`,
    make: on ?? row.make,
    arguments: given ?? (() => []),
    call: (self, args) => Reflect.apply(Reflect.get(self!, key), self, args),
  });
  return [
    ...[...functions, ...constructors].filter(available).map(({ name, call, with: given }): Callable => ({
      name: /^[A-Z]\w+$/.test(name) ? `new ${name}` : name,
      make: () => undefined,
      arguments: given,
      call: (_, args) => call(args),
    })),
    ...classes
      .filter(available)
      .flatMap((row) => Reflect.ownKeys(row.methods).map((key) => method(row, key, row.methods[key]))),
  ];
}

/** The outcome of a call: promises are awaited, and iterators asked once. Passed as text. */
export async function outcomeOf(call: () => unknown): Promise<Outcome> {
  try {
    let value = call();
    if (value instanceof Promise) value = await value;
    else if (isIterator(value)) await value.next();
    return { threw: false, value };
  } catch (error) {
    return { threw: true, error };
  }

  function isIterator(value: unknown): value is Iterator<unknown> | AsyncIterator<unknown> {
    return typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function';
  }
}

/**
 * The numbers of open sockets, pipes and anonymous files. Regular files do not count, as other threads may have one
 * open for a moment: the C library reads one to count processors. Passed as text.
 */
export function openNumbers(): number[] {
  const { readdirSync, readlinkSync } = process.getBuiltinModule('node:fs');
  if (process.platform !== 'linux') {
    // Asks for each, as nothing lists them. On Windows the numbers of sockets are multiples of 4.
    const root = process.cwd();
    const require = process.getBuiltinModule('node:module').createRequire(`${root}/package.json`);
    const { isOpen }: { isOpen(fd: number): number } = require('node-gyp-build')(root);
    return Array.from({ length: 512 }, (_, i) => 4 * i).filter((number) => isOpen(number) === 0);
  }
  return readdirSync('/proc/self/fd')
    .filter((name) => {
      try {
        return /^(socket|pipe|anon_inode):/.test(readlinkSync(`/proc/self/fd/${name}`));
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Closes whatever a call and its object have left open. Passed as text. */
export function cleanUp(io: Package, before: number[], ...objects: unknown[]): void {
  for (const object of objects.flat()) {
    if (typeof object !== 'object' || object === null) continue;
    try {
      if ('socket' in object) Reflect.apply(Reflect.get(Object(object.socket), 'close'), object.socket, []);
      if ('close' in object && typeof object.close === 'function') object.close();
    } catch {
      // It has lost its descriptor.
    }
  }
  const kept = new Set(before);
  for (const number of openNumbers()) {
    if (!kept.has(number)) io.fd.close(number);
  }
}

/** Everything about a descriptor that a call could change. Passed as text. */
export function fileState(io: Package, number: number): string {
  if (number < 0) return 'closed';
  const { readFileSync, readlinkSync } = process.getBuiltinModule('node:fs');
  const told: string[] = [];
  try {
    told.push(readlinkSync(`/proc/self/fd/${number}`), readFileSync(`/proc/self/fdinfo/${number}`, 'utf8'));
    if (!told[0].startsWith('socket:')) return told.join('\n');
    const socket = io.socket.Socket.fromFd(io.fd.dup(number));
    told.push(JSON.stringify(socket.localAddress()));
    try {
      told.push(JSON.stringify(socket.remoteAddress()));
    } catch {
      told.push('unconnected');
    }
    socket.close();
  } catch {
    told.push('closed');
  }
  return told.join('\n');
}

/** Everything that an object of the package shows of its state. Passed as text. */
export function stateOf(io: Package, self: object | undefined): string {
  if (self === undefined) return '';
  const codeOf = (call: () => unknown): unknown => {
    try {
      return call();
    } catch (error) {
      return Reflect.get(Object(error), 'code');
    }
  };
  const read = (name: string) => codeOf(() => Reflect.get(self, name));
  const told = ['closed', 'size', 'length', 'capacity', 'fd'].map(read);
  const number = read('fd');
  if (typeof number === 'number') told.push(fileState(io, number));
  if (self instanceof io.BaseSelector && !self.closed) {
    for (const [fd, key] of self.getMap()) told.push(fd, key.events, key.data);
    // ERR_BUSY if a wait was begun and not ended.
    told.push(codeOf(() => self.select(0).length));
  }
  return told.map(String).join('\n');
}

export const callTools = { isAvailable, callables, outcomeOf, openNumbers, cleanUp, fileState, stateOf };
