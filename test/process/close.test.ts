import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { close, read, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { idle, turns } from '../support/async.js';
import { pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { highPipe } from '../support/high-descriptors.js';
import { backends, open } from '../support/selectors.js';
import { openDescriptors } from '../support/witness.js';

describe.each(backends)('close() of %s', (_, Selector) => {
  test('in a callback ends the batch', () => {
    const selector = open(Selector);
    const writeFds = [pipe()[1], pipe()[1], pipe()[1]];
    for (const fd of writeFds) selector.register(fd, EVENT_WRITE);
    selector.waker.wake();
    expect(selector.selectEach(() => selector.close())).toBe(1);
    expect(selector.closed).toBe(true);
    for (const fd of writeFds) expect(openDescriptors().has(fd)).toBe(true);
    expectError(() => selector.selectEach(() => {}), 'ERR_CLOSED');
  });

  test('inside for await ends the loop', async () => {
    const selector = open(Selector);
    selector.register(pipe()[1], EVENT_WRITE);
    let batches = 0;
    for await (const events of selector) {
      expect(events).toHaveLength(1);
      batches++;
      selector.close();
    }
    expect(batches).toBe(1);
  });

  test('from a continuation of its own wait, twice, is harmless', async () => {
    const selector = open(Selector);
    selector.register(pipe()[1], EVENT_WRITE);
    const closed = selector.selectAsync().then(() => {
      selector.close();
      selector.close();
      return selector.closed;
    });
    expect(await closed).toBe(true);
  });

  test('during a wait, together with everything else that could end it, settles it once with no events', async () => {
    const { selector, writeFd } = idle(Selector);
    const abort = new AbortController();
    const wait = selector.selectAsync({ signal: abort.signal, timeoutMs: 1 });
    selector.waker.wake();
    selector.wakeup();
    write(writeFd, 'x');
    await turns(1);
    const second = idle(Selector);
    const other = second.selector.selectAsync({ signal: abort.signal, timeoutMs: 1 });
    selector.close();
    second.selector.close();
    abort.abort();
    expect(await other).toEqual([]);
    expect((await wait).length).toBeLessThanOrEqual(1);
  });

  test('after a wait was aborted and begun again leaves its descriptors unused', async () => {
    const selector = open(Selector);
    const [readFd, writeFd] = pipe();
    const [reader, writer] = highPipe();
    selector.register(readFd, EVENT_READ);
    selector.register(writer, EVENT_PRIORITY);
    for (let round = 0; round < 5; round++) {
      await turns(2);
      const abort = new AbortController();
      const aborted = selector.selectAsync({ signal: abort.signal }).catch(() => 'aborted');
      write(writeFd, 'x');
      // Long enough for a helper thread to notice.
      for (const start = performance.now(); performance.now() - start < 10; );
      read(readFd, Buffer.alloc(1));
      abort.abort();
      const wait = selector.selectAsync();
      selector.wakeup();
      expect([await aborted, await wait]).toEqual(['aborted', []]);
    }
    selector.unregister(writer);
    close(writer);
    // End of file, unless the other end is still open somewhere.
    expect(read(reader, Buffer.alloc(1))).toBe(0);
  });
});
