import { inspect } from 'node:util';

/** By object. The same each time, so that what contains itself is shown as such. */
const shown = new WeakMap<object, object>();

/**
 * What console.log shows in the place of an object whose state is private: one of the same class, with that state.
 * @param read throws if the object only inherits from its class; then there is nothing to show
 */
export function show(object: object, read: () => Record<string, unknown>): object {
  const plain = { [inspect.custom]: { value: undefined } };
  const result = shown.get(object) ?? Object.create(Object.getPrototypeOf(object), plain);
  shown.set(object, result);
  for (const key of Object.keys(result)) Reflect.deleteProperty(result, key);
  try {
    for (const [name, value] of Object.entries(read())) {
      // Not assigned: the class may have a getter of that name.
      Object.defineProperty(result, name, { value, enumerable: true, configurable: true });
    }
  } catch {}
  return result;
}

/** A value that is shown by the name of its class, as `[Socket]`. */
export function shortly(value: unknown): unknown {
  return typeof value === 'object' ? { [inspect.custom]: () => inspect(value, { depth: -1 }) } : value;
}
