import { EpollSelector, EVENT_PRIORITY, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { elapsed, follow, keysOf, MOMENTS, turns } from '../support/async.js';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { openFile, temporaryPath } from '../support/files.js';

// A build may lack epoll, the only back end that refuses regular files.
describe.runIf(has.epoll)("unpollable: 'ready'", () => {
  const file = () => openFile(temporaryPath('file'), 'w+');

  test('a regular file is ready at every wait', async () => {
    const selector = owned(new EpollSelector({ unpollable: 'ready' }));
    const key = selector.register(file(), EVENT_READ | EVENT_WRITE);
    for (const timeoutMs of [0, 1e6, null]) {
      const ready = await selector.selectAsync({ timeoutMs });
      expect(ready.map((event) => [event.key, event.events])).toEqual([[key, EVENT_READ | EVENT_WRITE]]);
    }
  });

  test.each(MOMENTS)('a regular file that is registered during a wait ends it, %s', async (_moment, reached) => {
    const selector = owned(new EpollSelector({ unpollable: 'ready' }));
    selector.register(pipe()[0], EVENT_READ);
    const promise = selector.selectAsync();
    await reached();
    const key = selector.register(file(), EVENT_READ);
    expect(keysOf(await promise)).toEqual([key]);
  });

  test('a regular file whose first events are asked for during a wait ends it', async () => {
    const selector = owned(new EpollSelector({ unpollable: 'ready' }));
    const fd = file();
    selector.register(fd, EVENT_PRIORITY);
    const promise = selector.selectAsync();
    const wait = follow(promise);
    await turns(10);
    expect(wait.settled).toBe(false);
    const key = selector.modify(fd, EVENT_WRITE);
    expect(keysOf(await promise)).toEqual([key]);
  });

  test('a regular file that is unregistered during a wait is not reported', async () => {
    const selector = owned(new EpollSelector({ unpollable: 'ready' }));
    const fd = file();
    selector.register(fd, EVENT_READ);
    const { result, elapsedMs } = await elapsed(() => {
      const promise = selector.selectAsync({ timeoutMs: 20 });
      selector.unregister(fd);
      return promise;
    });
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(20);
  });

  test('a regular file does not hide descriptors that epoll watches', async () => {
    const selector = owned(new EpollSelector({ unpollable: 'ready' }));
    const keys = [selector.register(file(), EVENT_READ), selector.register(pipe()[1], EVENT_WRITE)];
    expect(new Set(keysOf(await selector.selectAsync()))).toEqual(new Set(keys));
  });
});
