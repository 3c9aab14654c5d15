/**
 * A property of the object itself or of its class; undefined if the value is no object. Properties that somebody
 * added to Object.prototype, of this realm or another, do not count.
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
