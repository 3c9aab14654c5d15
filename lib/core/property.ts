/**
 * A property that is the object's own or its class's; undefined of what is no object. What somebody has put on Object.prototype, this realm's or
 * another's, does not count.
 */
export function property(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  for (let owner: object = object; ; ) {
    if (Object.hasOwn(owner, name)) return Reflect.get(object, name);
    const next: object | null = Object.getPrototypeOf(owner);
    if (next === null || Object.getPrototypeOf(next) === null) return undefined;
    owner = next;
  }
}
