import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';

// poll(2) takes at most RLIMIT_NOFILE entries, and the thread that waits needs one of them for its wake-up.
describe.runIf(has.poll)('a PollSelector with as many registrations as the process may have descriptors', () => {
  test.each(['write', 'wake', 'timeout', 'change', 'close'])('waits without using the CPU: %s', async (end) => {
    const { cpuMs, ...report } = await inChild(end, async (io, end) => {
      const { setTimeout } = process.getBuiltinModule('node:timers/promises');
      const selector = new io.PollSelector();
      const [r, w] = io.fd.pipe();
      const [otherRead, otherWrite] = io.fd.pipe();
      // Opens what it needs before the limit is reached.
      await selector.selectAsync({ timeoutMs: 1 });
      const { waker } = selector;
      waker.wake();
      await selector.selectAsync();
      // One entry is the waker's.
      const limit = 64;
      const fds = Array.from({ length: limit - 2 }, () => io.fd.dup(r));
      for (const fd of fds) selector.register(fd, io.EVENT_READ);
      selector.register(otherRead, io.EVENT_READ);
      const most = io.fd.getDescriptorLimit().soft;
      io.fd.setDescriptorLimit(limit);
      const wait = selector.selectAsync(end === 'timeout' ? { timeoutMs: 1000 } : {});
      const before = process.cpuUsage();
      const start = performance.now();
      if (end !== 'timeout') {
        await setTimeout(500);
        const actions: Record<string, () => unknown> = {
          write: () => io.fd.write(w, 'x'),
          wake: () => waker.wake(),
          change: () => (selector.unregister(otherRead), io.fd.write(otherWrite, 'x'), io.fd.write(w, 'x')),
          close: () => selector.close(),
        };
        actions[end]();
      }
      const count = (await wait).length;
      const { user, system } = process.cpuUsage(before);
      const cpuMs = (user + system) / 1000;
      const waited = performance.now() - start >= 500;
      io.fd.setDescriptorLimit(most);
      selector.close();
      return { count, waited, cpuMs };
    });
    const all = 62;
    const counts: Record<string, number> = { write: all, change: all };
    expect(report).toEqual({ count: counts[end] ?? 0, waited: true });
    expect(cpuMs).toBeLessThan(300);
  });

  test('rejects a wait with more', async () => {
    const code = await inChild(null, async (io) => {
      const selector = new io.PollSelector();
      const [r] = io.fd.pipe();
      for (let i = 0; i < 100; i++) selector.register(io.fd.dup(r), io.EVENT_READ);
      await selector.selectAsync({ timeoutMs: 1 });
      io.fd.setDescriptorLimit(80);
      return selector.selectAsync().then(String, (error: { code: string; syscall: string }) => [error.code, error.syscall]);
    });
    expect(code).toEqual(['EINVAL', 'poll']);
  });
});
