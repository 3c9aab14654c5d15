import { describe, expect, test } from 'vitest';
import { inChild } from '../support/child.js';
import { backends } from '../support/selectors.js';

describe.each(backends)('garbage collection and selectAsync of %s', (backend) => {
  test('a selector that waits is not collected, and neither is its continuation', async () => {
    const outcome = await inChild(
      backend,
      async (io, name) => {
        const { gc } = globalThis as unknown as { gc: () => void };
        const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
        const found: boolean[] = [];
        const writeFds: number[] = [];
        const begin = (timeoutMs: number | null) => {
          const [readFd, writeFd] = io.socket.socketPair().map((end) => end.detach());
          const selector = new Selector<{ fd: number }>();
          selector.register({ fd: readFd }, io.EVENT_READ, { fd: readFd });
          void selector.selectAsync({ timeoutMs }).then(([{ key }]) => found.push(key.data.fd === readFd));
          writeFds.push(writeFd);
        };
        for (let i = 0; i < 10; i++) begin(i % 2 === 0 ? null : 1e6);
        for (let i = 0; i < 10; i++) {
          gc();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        for (const fd of writeFds) {
          io.fd.write(fd, 'x');
          gc();
        }
        while (found.length < writeFds.length) {
          gc();
          await new Promise((resolve) => setImmediate(resolve));
        }
        return found;
      },
      { options: ['--expose-gc'] },
    );
    expect(outcome).toEqual(Array(10).fill(true));
  });

  test('a selector that has waited is collected without close(), with its thread and its descriptors', async () => {
    const outcome = await inChild(
      backend,
      async (io, name) => {
          const { gc } = globalThis as unknown as { gc: () => void };
        const state = () => [openCount(), threadCount()];
        const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
        const [readFd, writeFd] = io.socket.socketPair().map((end) => end.detach());
        io.fd.write(writeFd, 'x');
        const before = state();
        const use = async (i: number) => {
          const selector = new Selector();
          selector.register(readFd, io.EVENT_READ);
          await selector.selectAsync();
          selector.unregister(readFd);
          await selector.selectAsync({ timeoutMs: 1 });
          if (i % 2 === 0) selector.waker.wake();
          await selector.selectAsync({ timeoutMs: 1 });
          const controller = new AbortController();
          const aborted = selector.selectAsync({ signal: controller.signal });
          controller.abort();
          await aborted.catch(() => {});
        };
        for (let i = 0; i < 20; i++) await use(i);
        const used = state();
        for (let i = 0; i < 500 && String(state()) !== String(before); i++) {
          gc();
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        return { before, used, after: state() };
      },
      { options: ['--expose-gc'] },
    );
    expect(outcome.used[0]).toBeGreaterThan(outcome.before[0]);
    expect(outcome.after).toEqual(outcome.before);
  });

  test('a wait that was begun with unref() is not collected either', async () => {
    const found = await inChild(
      backend,
      async (io, name) => {
        const { gc } = globalThis as unknown as { gc: () => void };
        const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[name];
        const [readFd, writeFd] = io.socket.socketPair().map((end) => end.detach());
        const begin = () => {
          const selector = new Selector().unref();
          selector.register(readFd, io.EVENT_READ);
          return selector.selectAsync().then(({ length }) => length);
        };
        const wait = begin();
        for (let i = 0; i < 10; i++) {
          gc();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        io.fd.write(writeFd, 'x');
        const alive = setTimeout(() => {}, 10_000);
        const length = await wait;
        clearTimeout(alive);
        return length;
      },
      { options: ['--expose-gc'] },
    );
    expect(found).toBe(1);
  });
});
