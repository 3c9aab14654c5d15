import { EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { close } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { idle } from '../support/async.js';
import { pipe } from '../support/descriptors.js';
import { highPipe } from '../support/high-descriptors.js';
import { backends, open } from '../support/selectors.js';

type Options = { timeoutMs?: number | null; signal?: AbortSignal };

describe.each(backends)('selectAsync of %s', (backend, Selector) => {
  test.each<[string, unknown]>([
    ['options', 5],
    ['options', 'x'],
    ['options', true],
    ['timeoutMs', { timeoutMs: '10' }],
    ['timeoutMs', { timeoutMs: {} }],
    ['timeoutMs', { timeoutMs: 10n }],
    ['timeoutMs', { timeoutMs: true }],
    ['options.signal', { signal: {} }],
    ['options.signal', { signal: 'abort' }],
    ['options.signal', { signal: new AbortController() }],
    ['options.signal', { signal: new EventTarget() }],
  ])('rejects %s of the wrong type, and stays usable (%#)', async (name, options) => {
    const { selector } = idle(Selector);
    const error = await selector.selectAsync(options as Options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining(name) });
    expect(await selector.selectAsync({ timeoutMs: 0 })).toEqual([]);
  });

  test('rejects NaN, whether something is ready or not', async () => {
    const { selector } = idle(Selector);
    const error = await selector.selectAsync({ timeoutMs: NaN }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    selector.register(pipe()[1], EVENT_WRITE);
    await expect(selector.selectAsync({ timeoutMs: NaN })).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expect(await selector.selectAsync()).toHaveLength(1);
  });

  test('rejects with the error of a getter of its options, or with ERR_CLOSED if the getter closes the selector', async () => {
    const { selector } = idle(Selector);
    const thrown = new Error('getter');
    const options = {
      get timeoutMs(): number {
        throw thrown;
      },
    };
    await expect(selector.selectAsync(options)).rejects.toBe(thrown);
    expect(await selector.selectAsync({ timeoutMs: 0 })).toEqual([]);
    const closing = {
      get timeoutMs(): number {
        selector.close();
        return 1;
      },
    };
    await expect(selector.selectAsync(closing)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  test('rejects with ERR_CLOSED after close(), without looking at its options', async () => {
    const { selector } = idle(Selector);
    selector.close();
    await expect(selector.selectAsync()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(selector.selectAsync({ timeoutMs: NaN })).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  // The kernel removes a closed descriptor from an epoll set.
  test.skipIf(backend === 'epoll')('rejects with EBADF if a descriptor was closed', async () => {
    const { selector } = idle(Selector);
    const [readFd] = highPipe();
    const [, ready] = pipe();
    selector.register(readFd, EVENT_READ);
    close(readFd);
    const error = { code: 'EBADF', syscall: backend, fd: readFd };
    for (const timeoutMs of [0, 20, null]) {
      await expect(selector.selectAsync({ timeoutMs })).rejects.toMatchObject(error);
    }
    selector.register(ready, EVENT_WRITE);
    await expect(selector.selectAsync()).rejects.toMatchObject(error);
    selector.unregister(readFd);
    expect(await selector.selectAsync()).toHaveLength(1);
  });

  test.skipIf(backend === 'epoll')('rejects with EBADF when a change shows that a descriptor was closed', async () => {
    const { selector, readFd: other } = idle(Selector);
    const [readFd] = highPipe();
    selector.register(readFd, EVENT_READ);
    const promise = selector.selectAsync();
    close(readFd);
    selector.modify(other, EVENT_READ, 'changed');
    await expect(promise).rejects.toMatchObject({ code: 'EBADF', syscall: backend, fd: readFd });
  });

  test.skipIf(backend === 'epoll')('a wake-up does not hide that a descriptor was closed', async () => {
    const { selector } = idle(Selector);
    const [readFd] = highPipe();
    selector.register(readFd, EVENT_READ);
    close(readFd);
    selector.wakeup();
    await expect(selector.selectAsync()).rejects.toMatchObject({ code: 'EBADF', syscall: backend, fd: readFd });
  });

  test.runIf(backend === 'epoll')('goes on waiting if a descriptor was closed', async () => {
    const selector = open(Selector);
    const [readFd] = highPipe();
    selector.register(readFd, EVENT_READ);
    close(readFd);
    expect(await selector.selectAsync({ timeoutMs: 10 })).toEqual([]);
  });
});
