import { describe, expect, test } from 'vitest';
import { inChild } from '../support/child.js';
import { backends } from '../support/selectors.js';

describe.each(backends)('a program that fakes its time and %s', (backend) => {
  test('has waits that last their time', async () => {
    const elapsed = await inChild(backend, async (io, name) => {
      const { hrtime } = process;
      const now = () => Number(hrtime.bigint()) / 1e6;
      const fakes = ['setTimeout', 'setImmediate', 'clearTimeout', 'clearImmediate', 'queueMicrotask'];
      for (const fake of fakes) Reflect.set(globalThis, fake, () => 0);
      performance.now = () => 0;
      Date.now = () => 0;
      const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
      const selector = new classes[name]();
      const timed = async (wait: () => unknown) => {
        const start = now();
        await wait();
        return now() - start;
      };
      return [
        await timed(() => selector.select(50)),
        await timed(() => selector.selectEach(() => {}, 50)),
        await timed(() => selector.selectAsync({ timeoutMs: 50 })),
      ];
    });
    for (const each of elapsed) expect(each).toBeGreaterThanOrEqual(50);
  });
});
