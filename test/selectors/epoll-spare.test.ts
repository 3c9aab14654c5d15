import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';

// A build may lack epoll, the only back end with stale entries.
describe.runIf(has.epoll)('a stale entry that cannot be left behind because no descriptor is free', () => {
  test('costs no CPU time, hides nothing, and is left behind once one is free', async () => {
    const result = await inChild(null, async ({ fd, ...io }) => {
      const { readFileSync, readdirSync } = process.getBuiltinModule('node:fs');
      const selector = new io.EpollSelector();
      const [readFd, writeFd] = fd.pipe();
      const number = fd.dup(readFd);
      selector.register(number, io.EVENT_READ);
      const [other, otherWrite] = fd.pipe();
      const key = selector.register(other, io.EVENT_READ);
      fd.close(number);
      selector.unregister(number);
      const taken = [fd.dup(readFd)];
      const highest = Math.max(...readdirSync('/proc/self/fd').map(Number));
      while (taken.at(-1)! < highest) taken.push(fd.dup(readFd));
      fd.setDescriptorLimit(taken.at(-1)! + 1);
      fd.write(writeFd, 'x');
      const cpuOf = async (wait: () => unknown) => {
        const before = process.cpuUsage();
        await wait();
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
      };
      const cpus = [
        await cpuOf(() => selector.select(300)),
        await cpuOf(() => selector.selectEach(() => {}, 300)),
        await cpuOf(() => selector.selectAsync({ timeoutMs: 300 })),
      ];
      const start = performance.now();
      selector.select(30);
      const elapsedMs = performance.now() - start;
      fd.write(otherWrite, 'x');
      const found = [selector.select(5000), await selector.selectAsync()].map(([event]) => event.key === key);
      for (const each of taken) fd.close(each);
      fd.setDescriptorLimit(1024);
      fd.read(other, Buffer.alloc(1));
      for (let i = 0; i < 5; i++) selector.select(5);
      const entries = readFileSync(`/proc/self/fdinfo/${selector.fd}`, 'utf8').match(/^tfd/gm)?.length;
      return { cpus, elapsedMs, found, entries };
    });
    for (const cpu of result.cpus) expect(cpu).toBeLessThan(150);
    expect(result.elapsedMs).toBeGreaterThanOrEqual(30);
    expect(result.found).toEqual([true, true]);
    expect(result.entries).toBe(1);
  });
});
