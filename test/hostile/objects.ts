import type { Argument } from '../support/public-table.js';

/** A valid argument that runs the caller's code when it is read; `must`: whether every call has to read it. */
export type Hooked = [label: string, value: unknown, must: boolean];

/**
 * Valid arguments of a kind that call a hook when one of their properties is read, with the name of that property.
 * Passed as text.
 */
export function hookedValues([kind, value, of = {}]: Argument, hook: (property: string) => void): Hooked[] {
  const getter = (object: object, property: PropertyKey, result: unknown): object =>
    Object.defineProperty(object, property, {
      configurable: true,
      enumerable: true,
      get() {
        hook(String(property));
        return result;
      },
    });
  const method = (object: object, property: PropertyKey, result: (...args: unknown[]) => unknown): object =>
    Object.defineProperty(object, property, {
      value: (...args: unknown[]) => {
        hook(String(property));
        return result(...args);
      },
    });
  /** A proxy that reports everything that is done to it. */
  const traced = (target: object) =>
    new Proxy(
      target,
      Object.fromEntries(
        Object.getOwnPropertyNames(Reflect).map((trap) => [
          trap,
          (...args: unknown[]) => {
            // Only reads count: other looks may be repeated.
            hook(trap === 'get' ? `get ${String(args[1])}` : '');
            return Reflect.apply(Reflect.get(Reflect, trap), Reflect, args);
          },
        ]),
      ),
    );

  switch (kind.replace('?', '')) {
    case 'options':
    case 'address':
      return [
        ...Object.entries(of).map(([property, kind]): Hooked => {
          const result: unknown = Reflect.get(Object(value), property);
          return [`{ get ${property}() }: ${kind}`, getter({ ...Object(value) }, property, result), true];
        }),
        ['a proxy', traced(Object(value)), true],
        ...Object.entries(of).flatMap(([property, kind]) =>
          hookedValues([kind, Reflect.get(Object(value), property)], hook).map(([label, inner, must]): Hooked => [
            `{ ${property}: ${label} }`,
            { ...Object(value), [property]: inner },
            must,
          ]),
        ),
      ];
    case 'fileObject':
      return [
        ['{ get fd() }', getter({}, 'fd', value), true],
        ['{ fileno() }', method({}, 'fileno', () => value), true],
        ['{ get fileno() }', getter({}, 'fileno', () => value), true],
        ['{ get _handle() }', getter({}, '_handle', { fd: value }), true],
        // On Windows, where Node's own sockets have no number, that of a handle is not asked for.
        ...(process.platform === 'win32'
          ? []
          : [['{ _handle: { get fd() } }', { _handle: getter({}, 'fd', value) }, true] satisfies Hooked]),
        ['a proxy', traced({ fd: value }), true],
      ];
    case 'iterable':
    case 'names': {
      const items: unknown[] = Array.from(Object(value));
      return [
        ['get [Symbol.iterator]()', getter({}, Symbol.iterator, () => items.values()), true],
        ['[Symbol.iterator]()', method({}, Symbol.iterator, () => items.values()), true],
        ['next()', { [Symbol.iterator]: () => method({}, 'next', () => ({ done: true, value: undefined })) }, true],
      ];
    }
    case 'signal': {
      const make = () => new AbortController().signal;
      const methods = ['addEventListener', 'removeEventListener', 'throwIfAborted', 'dispatchEvent'];
      return [
        ...methods.map((name): Hooked => {
          const signal = make();
          const original: (...args: unknown[]) => unknown = Reflect.get(signal, name);
          return [`${name}()`, method(signal, name, (...args) => Reflect.apply(original, signal, args)), false];
        }),
        ['get aborted()', getter(make(), 'aborted', false), false],
        ['get reason()', getter(make(), 'reason', undefined), false],
      ];
    }
    case 'list': {
      const List: new (capacity: number) => object = Reflect.get(Object(value), 'constructor');
      return ['capacity', 'length', 'wait'].map((name) => {
        const list = new List(4);
        const original: unknown = Reflect.get(list, name);
        return typeof original === 'function'
          ? [`${name}()`, method(list, name, (...args) => Reflect.apply(original, list, args)), false]
          : [`get ${name}()`, getter(list, name, original), false];
      });
    }
    case 'bytes':
    case 'data':
    case 'optionValue':
      return ['length', 'byteLength', 'byteOffset', 'buffer', 'constructor', Symbol.iterator, Symbol.toStringTag].map(
        (name) => {
          const bytes = new Uint8Array(4);
          const label = `a Uint8Array with get ${String(name)}()`;
          return [label, getter(bytes, name, Reflect.get(bytes, name)), false];
        },
      );
    default:
      return [];
  }
}
