import { Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild, type Package } from '../support/child.js';
import { owned } from '../support/descriptors.js';
import { inThread } from '../support/threads.js';

const KINDS = ['Socket', 'socketPair', 'accept', 'Waker'];
for (const kind of ['eventfd', 'timerfd', 'pidfd', 'signals'] as const) if (has[kind]) KINDS.push(kind);
if (has.epoll) KINDS.push('Epoll', 'EpollSelector');

interface Owner {
  close(): void;
}

// The next three functions run in children. They are passed as text and see only each other.

/** Makes objects that own descriptors. */
function make(io: Package, kind: string): Owner[] {
  const { fd, socket } = io;
  const makers: Record<string, () => Owner[]> = {
    Socket: () => [new socket.Socket()],
    socketPair: () => socket.socketPair(),
    accept: () => {
      const [listener, client] = [new socket.Socket(), new socket.Socket()];
      listener.bind({ address: '127.0.0.1', port: 0 });
      listener.listen();
      client.connect(listener.localAddress());
      return [listener, client, listener.accept()!.socket];
    },
    eventfd: () => [fd.eventfd()],
    timerfd: () => [fd.timerfd({ delayMs: 0 })],
    pidfd: () => [fd.pidfd(process.pid)],
    signals: () => [fd.signals(['SIGUSR2'])],
    Waker: () => {
      const selector = new io.SelectSelector();
      return [selector, new io.Waker(selector.waker.share())];
    },
    Epoll: () => [new io.Epoll()],
    EpollSelector: () => [new io.EpollSelector()],
  };
  return makers[kind]();
}

function list(): Map<number, string> {
  const { readdirSync, readlinkSync } = process.getBuiltinModule('node:fs');
  const found = new Map<number, string>();
  if (process.platform !== 'linux') {
    for (const number of listOpen()) found.set(number, 'open');
    return found;
  }
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      found.set(Number(name), readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      // This one listed the directory, and is closed.
    }
  }
  return found;
}

/** Collects garbage until a condition holds, or 500 turns have passed. */
async function collectUntil(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !done(); turn++) {
    gc!();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const GC = { options: ['--expose-gc'], using: [make, list, collectUntil] };

describe('the descriptors of an object', () => {
  test('are closed when it is collected without close()', async () => {
    const counts = await inChild(
      KINDS,
      async (io, kinds) => {
        const result: Record<string, { opened: number; left: number; held: number }> = {};
        for (const kind of kinds) {
          // The first of a kind may open something that stays open.
          for (const each of make(io, kind)) each.close();
          const before = list().size;
          let held = Array.from({ length: 5 }, () => make(io, kind));
          const opened = list().size - before;
          held = [];
          await collectUntil(() => list().size === before);
          result[kind] = { opened, left: list().size - before, held: held.length };
        }
        return result;
      },
      GC,
    );
    for (const kind of KINDS) {
      expect(counts[kind].opened, kind).toBeGreaterThanOrEqual(5);
      expect(counts[kind].left, kind).toBe(0);
    }
  });

  test.runIf(has.dup2)("are left alone when it is collected after close(), as they may be another's by then", async () => {
    const results = await inChild(
      KINDS,
      async (io, kinds) => {
        const outcomes: Record<string, { collected: number; kept: boolean[] }> = {};
        for (const kind of kinds) {
          let collected = 0;
          const registry = new FinalizationRegistry<null>(() => collected++);
          const before = list();
          const numbers = (() => {
            const objects = make(io, kind);
            for (const each of objects) registry.register(each, null);
            const own = [...list().keys()].filter((number) => !before.has(number));
            for (const each of [...objects, ...objects]) each.close();
            return own;
          })();
          const [stranger] = io.fd.pipe();
          for (const number of numbers) io.fd.dup2(stranger, number);
          const file = list().get(stranger);
          await collectUntil(() => collected > 0);
          // Gives other finalizers time to run.
          let turns = 0;
          await collectUntil(() => ++turns > 20);
          const after = list();
          outcomes[kind] = { collected, kept: numbers.map((number) => after.get(number) === file) };
        }
        return outcomes;
      },
      GC,
    );
    for (const kind of KINDS) {
      expect(results[kind].collected, kind).toBeGreaterThan(0);
      expect(results[kind].kept.length, kind).toBeGreaterThan(0);
      expect(results[kind].kept, kind).not.toContain(false);
    }
  });

  test('stay open when it is a socket that was detached', async () => {
    const result = await inChild(
      null,
      async ({ socket, fd }) => {
        let collected = false;
        const registry = new FinalizationRegistry<null>(() => (collected = true));
        const [number, peer] = (() => {
          const [a, b] = socket.socketPair();
          registry.register(a, null);
          return [a.detach(), b] as const;
        })();
        await collectUntil(() => collected);
        return { collected, written: fd.write(number, 'x'), read: peer.recv(1)?.toString() };
      },
      GC,
    );
    expect(result).toEqual({ collected: true, written: 1, read: 'x' });
  });

  test.runIf(has.dup2)("are left alone when it is closed again, as they may be another's by then", async () => {
    const kept = await inChild(null, ({ socket, fd, ...io }) => {
      const { fstatSync } = process.getBuiltinModule('node:fs');
      const { has } = io;
      const objects = [
        new socket.Socket(),
        new io.Waker(new io.SelectSelector().waker.share()),
        ...(has.signals ? [fd.signals(['SIGUSR2'])] : []),
        ...(has.eventfd ? [fd.eventfd()] : []),
        ...(has.timerfd ? [fd.timerfd({ delayMs: 0 })] : []),
        ...(has.pidfd ? [fd.pidfd(process.pid)] : []),
        ...(has.epoll ? [new io.Epoll()] : []),
      ];
      return objects.map((object) => {
        const number = object.fd;
        object.close();
        const [stranger] = fd.pipe();
        fd.dup2(stranger, number);
        object.close();
        object[Symbol.dispose]();
        return fstatSync(number).isFIFO();
      });
    });
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect(kept).not.toContain(false);
  });

  test('can be passed to another thread by number', async () => {
    const thread = await inThread(null, (io) => io.socket.socketPair().map((socket) => socket.detach()));
    const [a, b] = (await thread.result).map((number) => owned(Socket.fromFd(number)));
    a.send('x');
    expect(b.recv(1)?.toString()).toBe('x');
  });
});

test.each([
  ['a worker that ends', ''],
  ['a worker that calls process.exit()', 'process.exit()'],
  ['a worker that is terminated', "parentPort.postMessage('ready'); setInterval(() => {}, 1000)"],
])('%s without close() leaves no descriptor open', async (_, end) => {
  const source = `
    const { parentPort, workerData: kinds } = require('node:worker_threads');
    const io = { ...require('io-selectors'), fd: require('io-selectors/fd'), socket: require('io-selectors/socket') };
    ${String(make)}
    globalThis.kept = kinds.map((kind) => make(io, kind));
    ${end}
  `;
  // In a process of its own, where nothing else opens or closes descriptors meanwhile.
  const result = await inChild(
    { kinds: KINDS, source },
    async (_io, { kinds, source: text }) => {
      const { Worker } = process.getBuiltinModule('node:worker_threads');
      const run = (workerData: string[]): Promise<unknown> =>
        new Promise((resolve, reject) => {
          // Without this process's options, which would make the source an ES module.
          const worker = new Worker(text, { eval: true, execArgv: [], workerData });
          worker.once('error', reject).once('exit', resolve);
          worker.once('message', () => void worker.terminate());
        });
      // The first worker of a process opens descriptors that stay open.
      await run([]);
      const before = list();
      await run(kinds);
      return [...list()].filter(([number]) => !before.has(number)).map(([, file]) => file);
    },
    { using: [list] },
  );
  expect(result).toEqual([]);
});
