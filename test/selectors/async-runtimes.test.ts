import { describe, expect, test } from 'vitest';
import { startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';

// Other runtimes are recognised by process.versions.
describe.each(['bun', 'deno'])('where the runtime is %s', (runtime) => {
  test.each(backends)('a selector can wait, but not asynchronously: %s', async (_, { name }) => {
    const { stdout, stderr } = await startNode(`
      Object.defineProperty(process, 'versions', { value: { ...process.versions, ${runtime}: '1.0.0' } });
      const { ${name}: Selector } = await import('io-selectors');
      const { pipe, write } = await import('io-selectors/fd');
      const [r, w] = pipe();
      const selector = new Selector();
      selector.register(r, 1);
      const outcome = (promise) => promise.then((ready) => ready.length, ({ code, message }) => [code, message]);
      const waits = [await outcome(selector.selectAsync()), await outcome(selector[Symbol.asyncIterator]().next())];
      write(w, 'x');
      const ready = [selector.select().length, await outcome(selector.selectAsync({ timeoutMs: 0 }))];
      selector.close();
      console.log(JSON.stringify({ waits, ready }));
    `).ended;
    expect(stderr).toBe('');
    const refused = ['ERR_NOT_SUPPORTED', expect.stringContaining('selectAsync needs')];
    expect(JSON.parse(stdout)).toEqual({ waits: [refused, refused], ready: [1, 1] });
  });
});
