import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild, type Package } from '../support/child.js';
import { backends } from '../support/selectors.js';

const options = { options: ['--expose-gc'] };

/** Collects garbage until a condition holds, or 500 turns have passed. Passed as text. */
async function collectUntil(condition: () => boolean): Promise<void> {
  // Finalizers may run at any later time.
  for (let i = 0; i < 500 && !condition(); i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe.each(backends)('%s, not closed', (backend) => {
  test('releases its descriptors, its waker and its thread when it is collected', async () => {
    const outcome = await inChild(
      backend,
      async (io: Package, name) => {
        const state = () => [openCount(), threadCount()];
        const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
        const [readFd] = io.socket.socketPair().map((end) => end.detach());
        const before = state();
        const leave = async () => {
          for (let i = 0; i < 20; i++) {
            const selector = new Selector();
            selector.register(readFd, io.EVENT_READ);
            const shared = new io.Waker(selector.waker.share());
            shared.wake();
            await selector.selectAsync();
          }
        };
        await leave();
        const most = state();
        await collectUntil(() => String(state()) === String(before));
        return { before, most, after: state() };
      },
      { ...options, using: [collectUntil] },
    );
    expect(outcome.most[0]).toBeGreaterThan(outcome.before[0]);
    expect(outcome.after).toEqual(outcome.before);
  });

  test('is not collected while it waits, and neither is its continuation', async () => {
    const woken = await inChild(
      backend,
      async (io: Package, name) => {
        const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
        const [readFd, writeFd] = io.socket.socketPair().map((end) => end.detach());
        const begin = () => {
          const selector = new Selector<string>();
          selector.register(readFd, io.EVENT_READ, 'kept');
          return selector.selectAsync();
        };
        const wait = begin();
        let rounds = 0;
        await collectUntil(() => rounds++ === 30);
        io.fd.write(writeFd, 'x');
        return (await wait).map(({ key, events }) => [key.data, events]);
      },
      { ...options, using: [collectUntil] },
    );
    expect(woken).toEqual([['kept', 1]]);
  });

  test('is not collected during the callbacks of selectEach', async () => {
    const calls = await inChild(
      backend,
      (io: Package, name) => {
        const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
        const [, writeFd] = io.socket.socketPair().map((end) => end.detach());
        const begin = () => {
          const selector = new Selector();
          selector.register(writeFd, io.EVENT_WRITE);
          return selector;
        };
        let calls = 0;
        for (let i = 0; i < 50; i++) {
          begin().selectEach(() => {
            globalThis.gc?.();
            calls++;
          });
        }
        return calls;
      },
      options,
    );
    expect(calls).toBe(50);
  });

  test.runIf(has.fileDescriptors)('never closes the next owner of its number once it is closed and collected', async () => {
    const open = await inChild(
      backend,
      async (io: Package, name) => {
        const { existsSync, openSync } = process.getBuiltinModule('node:fs');
        const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
        const strangers: number[] = [];
        const leave = async () => {
          for (let i = 0; i < 20; i++) {
            const selector = new Selector();
            selector.waker.wake();
            const shared = new io.Waker(selector.waker.share());
            await selector.selectAsync();
            selector.close();
            shared.close();
          }
        };
        await leave();
        for (let i = 0; i < 100; i++) strangers.push(openSync('/dev/null', 'r'));
        let rounds = 0;
        await collectUntil(() => rounds++ === 30);
        return strangers.filter((fd) => existsSync(`/proc/self/fd/${fd}`)).length;
      },
      { ...options, using: [collectUntil] },
    );
    expect(open).toBe(100);
  });
});
