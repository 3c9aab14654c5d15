import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';

// A new descriptor gets the lowest free number: that of the end of the pipe that was closed.
const PRELUDE = `
  import * as io from 'io-selectors';
  import * as fd from 'io-selectors/fd';
  import { socketPair } from 'io-selectors/socket';
  const [r, w] = socketPair().map((end) => end.detach());
  /** Calls everything once that opens a descriptor at its first call. */
  const warm = async (Selector) => {
    const selector = new Selector();
    await selector.selectAsync({ timeoutMs: 1 });
    selector.close();
  };
  const isOpen = (number) => { try { io.select([number], [], [], 0); return true; } catch { return false; } };
  const codeOf = (promise) => promise.then((ready) => ready.length, ({ code, fd }) => [code, fd === r]);
`;

async function reportOf(source: string): Promise<unknown> {
  const { stdout, stderr } = await startNode(`${PRELUDE}${source}`).ended;
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe.each(backends)('%s: a number that is registered and was closed', (_, { name }) => {
  test.each([
    ['of the selector that waits', (Selector: string) => `const watcher = new io.${Selector}(), selector = watcher;`],
    ['of another selector', (Selector: string) => `const watcher = new io.SelectSelector(), selector = new io.${Selector}();`],
  ])('is not taken by a descriptor that a wait opens: %s', async (_, make) => {
    const report = await reportOf(`
      await warm(io.${name});
      ${make(name)}
      watcher.register(r, io.EVENT_READ, 'mine');
      fd.close(r);
      const first = await codeOf(selector.selectAsync({ timeoutMs: 20 }));
      const open = isOpen(r);
      watcher.unregister(r);
      const last = await codeOf(selector.selectAsync({ timeoutMs: 5 }));
      console.log(JSON.stringify({ phantom: first === 1, open, last }));
      process.exit();
    `);
    expect(report).toEqual({ phantom: false, open: false, last: 0 });
  });

  test('is not taken by a waker or a selector', async () => {
    const report = await reportOf(`
      const watcher = new io.SelectSelector();
      // Several times in a row.
      const ends = [r, ...Array.from({ length: 20 }, () => fd.dup(r))];
      for (const end of ends) watcher.register(end, io.EVENT_READ);
      for (const end of ends) fd.close(end);
      const selectors = Array.from({ length: 5 }, () => new io.${name}());
      for (const selector of selectors) selector.waker.wake();
      const woken = selectors.map((selector) => selector.select().length);
      console.log(JSON.stringify({ open: ends.filter(isOpen), woken }));
    `);
    expect(report).toEqual({ open: [], woken: [0, 0, 0, 0, 0] });
  });

  test("is taken by the caller's own descriptors", async () => {
    const report = await reportOf(`
      const watcher = new io.SelectSelector();
      watcher.register(r, io.EVENT_READ);
      fd.close(r);
      console.log(JSON.stringify(fd.dup(w) === r));
    `);
    expect(report).toBe(true);
  });
});

test.runIf(has.descriptorLimit)('a process that may not open more descriptors gets EMFILE', async () => {
  const report = await reportOf(`
    const watcher = new io.SelectSelector();
    const ends = Array.from({ length: 20 }, () => fd.dup(r));
    for (const end of ends) watcher.register(end, io.EVENT_READ);
    for (const end of ends) fd.close(end);
    // Every free number is registered.
    fd.setDescriptorLimit(ends.at(-1) + 1);
    let code;
    try { new io.SelectSelector().waker; } catch (error) { code = error.code; }
    console.log(JSON.stringify({ code, open: ends.filter(isOpen) }));
  `);
  expect(report).toEqual({ code: 'EMFILE', open: [] });
});
