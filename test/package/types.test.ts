import { DefaultSelector, EVENT_READ, type RegisterOptions, type SelectorKey } from 'io-selectors';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { owned, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';

// The compiler checks these: an error that is expected and missing is an error.
describe('data', () => {
  test('may be left out only if its type includes undefined', () => {
    const [readFd] = pipe();
    const callbacks = owned(new DefaultSelector<() => void>());
    // @ts-expect-error -- key.data() would be a call of undefined
    callbacks.register(readFd, EVENT_READ);
    const key = callbacks.modify(readFd, EVENT_READ, () => {});
    expectTypeOf(key).toEqualTypeOf<SelectorKey<() => void>>();
    // @ts-expect-error -- the same
    callbacks.modify(readFd, EVENT_READ, undefined);
    callbacks.modify(readFd, EVENT_READ);
    callbacks.unregister(readFd);
    callbacks.register(readFd, EVENT_READ, () => {}, { flags: 0 });
    const anything = owned(new DefaultSelector());
    expectTypeOf(anything.register(readFd, EVENT_READ).data).toBeUnknown();
    const perhaps = owned(new DefaultSelector<string | undefined>());
    expectTypeOf(perhaps.register(readFd, EVENT_READ).data).toEqualTypeOf<string | undefined>();
    expect(callbacks.getMap().size).toBe(1);
  });
});

describe('a misspelt option', () => {
  test('is refused, and nothing is registered', () => {
    const [readFd] = pipe();
    const selector = owned(new DefaultSelector());
    // @ts-expect-error -- the option is oneShot
    const misspelt: RegisterOptions = { oneshot: true };
    expectError(() => selector.register(readFd, EVENT_READ, 0, misspelt), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
    expect(selector.getMap().size).toBe(0);
  });
});
