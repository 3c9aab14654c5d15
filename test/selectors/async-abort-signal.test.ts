import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { idle, keysOf } from '../support/async.js';
import { backends } from '../support/selectors.js';

/** A signal one of whose methods throws. */
function broken(method: 'addEventListener' | 'removeEventListener', abort = new AbortController()): AbortSignal {
  Object.defineProperty(abort.signal, method, {
    value: () => {
      throw new Error(`from ${method}`);
    },
  });
  return abort.signal;
}

describe.each(backends)('selectAsync of %s and a signal', (_backend, Selector) => {
  test('whose addEventListener throws: rejects with its error, and can wait again', async () => {
    const { selector, key, writeFd } = idle(Selector);
    await expect(selector.selectAsync({ signal: broken('addEventListener') })).rejects.toThrow('from addEventListener');
    write(writeFd, 'x');
    expect(keysOf(selector.select(5000))).toEqual([key]);
    expect(keysOf(await selector.selectAsync())).toEqual([key]);
  });

  test('whose removeEventListener throws: is settled, and can wait again', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const abort = new AbortController();
    const signal = broken('removeEventListener', abort);
    expect(await selector.selectAsync({ timeoutMs: 1, signal })).toEqual([]);
    const wait = selector.selectAsync();
    abort.abort();
    write(writeFd, 'x');
    expect(keysOf(await wait)).toEqual([key]);
  });

  test('that closes the selector while it is asked: ends without events', async () => {
    const { selector } = idle(Selector);
    const { signal } = new AbortController();
    Object.defineProperty(signal, 'addEventListener', { value: () => selector.close() });
    expect(await selector.selectAsync({ signal })).toEqual([]);
    expect(selector.closed).toBe(true);
  });

  test('that is not an AbortSignal: is refused', async () => {
    const { selector } = idle(Selector);
    const fakes: unknown[] = [Object.create(AbortSignal.prototype), new EventTarget(), {}, 5, null];
    for (const fake of fakes) {
      const refused = selector.selectAsync({ signal: fake as AbortSignal });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    }
  });
});
