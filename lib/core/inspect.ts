import { inspect } from 'node:util';

/** What was made for each object. It is always the same, so that console.log recognises a cycle. */
const shown = new WeakMap<object, object>();

/**
 * What console.log shows in place of an object whose state is private: an object of the same class with that state.
 * @param read returns the state; throws for an object that only inherits from the class, which has none
 */
export function show(object: object, read: () => Record<string, unknown>): object {
  const plain = { [inspect.custom]: { value: undefined } };
  const result = shown.get(object) ?? Object.create(Object.getPrototypeOf(object), plain);
  shown.set(object, result);
  for (const key of Object.keys(result)) Reflect.deleteProperty(result, key);
  try {
    for (const [name, value] of Object.entries(read())) {
      // Not an assignment: the class may have a getter of this name.
      Object.defineProperty(result, name, { value, enumerable: true, configurable: true });
    }
  } catch {}
  return result;
}

/** Shows a value by its class, as `[Socket]`. */
export function shortly(value: unknown): unknown {
  return typeof value === 'object' ? { [inspect.custom]: () => inspect(value, { depth: -1 }) } : value;
}
