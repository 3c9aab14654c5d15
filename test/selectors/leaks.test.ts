import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';

const MEGABYTE = 2 ** 20;

/** Runs work twice in a child, and measures what the second time adds after garbage collection. */
async function grownBy(work: string): Promise<{ bytes: number; descriptors: number }> {
  // AddressSanitizer keeps freed memory in a quarantine of this size.
  const sanitizer = `${process.env.ASAN_OPTIONS ?? ''}:quarantine_size_mb=1`;
  const { stdout, stderr } = await startNode(
    `
    import { setTimeout } from 'node:timers/promises';
    import * as io from 'io-selectors';
    import { socketPair } from 'io-selectors/socket';
    const [readFd, writeFd] = socketPair().map((end) => end.detach());
    ${work}
    const measure = async () => {
      // Finalizers run when the event loop turns.
      for (let i = 0; i < 3; i++) {
        gc();
        await setTimeout(1);
      }
      return { bytes: process.memoryUsage().rss, descriptors: openCount() };
    };
    work();
    const before = await measure();
    work();
    const after = await measure();
    console.log(JSON.stringify({
      bytes: after.bytes - before.bytes,
      descriptors: after.descriptors - before.descriptors,
    }));
    `,
    { ASAN_OPTIONS: sanitizer },
    ['--expose-gc'],
  ).ended;
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const CLASSES = { select: 'SelectSelector', poll: 'PollSelector', epoll: 'EpollSelector' };

describe.runIf(has.thousands).each(backends)('%s', (backend) => {
  test('20,000 closed selectors leave no memory and no descriptor behind', async () => {
    const { bytes, descriptors } = await grownBy(`
      function work() {
        for (let i = 0; i < 10_000; i++) {
          const selector = new io.${CLASSES[backend]}();
          selector.register(readFd, io.EVENT_READ);
          selector.select(0);
          selector.close();
        }
      }`);
    expect(descriptors).toBe(0);
    expect(bytes).toBeLessThan(24 * MEGABYTE);
  });

  test('200,000 registrations that were removed leave no memory behind', async () => {
    const { bytes, descriptors } = await grownBy(`
      const selector = new io.${CLASSES[backend]}();
      function work() {
        for (let i = 0; i < 100_000; i++) {
          selector.register(readFd, io.EVENT_READ, { i });
          selector.unregister(readFd);
        }
      }`);
    expect(descriptors).toBe(0);
    expect(bytes).toBeLessThan(16 * MEGABYTE);
  });

  test('40,000 waits with events leave no memory behind', async () => {
    const { bytes } = await grownBy(`
      const selector = new io.${CLASSES[backend]}();
      selector.register(writeFd, io.EVENT_WRITE);
      let found = 0;
      function work() {
        for (let i = 0; i < 10_000; i++) {
          found += selector.select(0).length;
          found += selector.selectEach(() => {}, 0);
        }
        if (found % 20_000 !== 0) throw new Error('missed some');
      }`);
    expect(bytes).toBeLessThan(16 * MEGABYTE);
  });
});
