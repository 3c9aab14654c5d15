import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';

// Other runtimes are recognised by process.versions. What they really do is checked by test/runtimes/.
describe.runIf(has.proc && has.pipe).each(['bun', 'deno'])('where the runtime is %s', (runtime) => {
  test.each(backends)('a thread waits, and no loop: %s', async (_, { name }) => {
    const { stdout, stderr } = await startNode(`
      Object.defineProperty(process, 'versions', { value: { ...process.versions, ${runtime}: '1.0.0' } });
      const { readdirSync } = await import('node:fs');
      const { ${name}: Selector } = await import('io-selectors');
      const { pipe, read, write } = await import('io-selectors/fd');
      const threads = () => readdirSync('/proc/self/task').length;
      const before = threads();
      const [r, w] = pipe();
      const selector = new Selector();
      selector.register(r, 1);
      const counts = [(await selector.selectAsync({ timeoutMs: 1 })).length];
      const started = threads() - before;
      setTimeout(write, 5, w, 'x');
      counts.push((await selector.selectAsync()).length, read(r, Buffer.alloc(9)));
      const pending = selector.selectAsync();
      selector.close();
      counts.push((await pending).length);
      console.log(JSON.stringify({ counts, started, left: threads() - before }));
    `).ended;
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ counts: [0, 1, 1, 0], started: 1, left: 0 });
  });
});
