import { expect, test } from 'vitest';
import { type Callable, callTools } from '../support/callables.js';
import { inChild } from '../support/child.js';
import { publicTable } from '../support/public-table.js';

const using = { publicTable, ...callTools };

test('properties of Object.prototype act neither as options nor as descriptors', async () => {
  const { count, wrong } = await inChild(
    null,
    async (io, _, { publicTable, callables, openNumbers, fileState, stateOf, outcomeOf, cleanUp }) => {
      // The state of an eventfd shows if it was read or written.
      const stranger = io.has.eventfd ? io.fd.eventfd(7) : new io.socket.Socket();
      const aborted = AbortSignal.abort(new Error('aborted by nobody'));
      const pollution: Record<string, unknown> = {
        path: '/nowhere/at/all',
        address: '::1',
        port: 1,
        family: 'IPv6',
        blocking: true,
        cloexec: false,
        oneShot: true,
        exclusive: true,
        trigger: 'edge',
        flags: io.EPOLLRDHUP,
        signal: aborted,
        timeoutMs: 0,
        onInterrupt: 'throw',
        unpollable: 'ready',
        fdSetSize: 8,
        delayMs: 5,
        intervalMs: 5,
        fd: stranger.fd,
        fileno: () => stranger.fd,
        _handle: { fd: stranger.fd },
        handle: { fd: stranger.fd },
      };
      const wrong: string[] = [];
      let count = 0;
      /** Arguments without some option, without any, or with an object that has no descriptor. */
      const variants: [string, (value: unknown) => unknown][] = [
        ['its arguments', (value) => value],
        ['{} for its objects', (value) => (isPlain(value) ? {} : value)],
        ['undefined for its objects', (value) => (isPlain(value) ? undefined : value)],
        ['{} for its numbers', (value) => (typeof value === 'number' ? {} : value)],
      ];
      for (const callable of callables(io, publicTable(io))) {
        const kinds = callable.arguments().map(([kind]) => kind.replace('?', ''));
        const reads = kinds.some((kind) => ['options', 'address', 'fileObject', 'fd', 'iterable'].includes(kind));
        for (const [label, change] of variants) {
          const clean = await resultOf(callable, change, []);
          // One by one where it may matter, as one property could hide another.
          const names = Object.keys(pollution);
          for (const together of reads ? names.map((name) => [name]) : [names]) {
            count++;
            const polluted = await resultOf(callable, change, together);
            if (polluted === clean) continue;
            const lines = polluted.split('\n').filter((line, i) => line !== clean.split('\n')[i]);
            wrong.push(`${callable.name} with ${label} and ${together.join()}: ${lines.join()}`);
          }
        }
      }
      return { count, wrong };

      function isPlain(value: unknown): boolean {
        return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
      }

      function pollute(name: string) {
        const value = pollution[name];
        // oxlint-disable-next-line eslint/no-extend-native -- the test is about it
        Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true });
      }

      /** Everything observable about a call. */
      async function resultOf(callable: Callable, change: (value: unknown) => unknown, names: string[]) {
        const start = openNumbers();
        const self = callable.make();
        const args = callable.arguments().map(([, value]) => change(value));
        const outcome = await outcomeOf(() => {
          for (const name of names) pollute(name);
          try {
            // An asynchronous wait reads its arguments before it returns.
            return callable.call(self, args);
          } finally {
            for (const name of names) Reflect.deleteProperty(Object.prototype, name);
          }
        });
        const told = [outcome.threw ? String(Reflect.get(Object(outcome.error), 'code')) : typeof outcome.value];
        told.push(stateOf(io, self), fileState(io, stranger.fd));
        for (const number of openNumbers()) if (!start.includes(number)) told.push(fileState(io, number));
        cleanUp(io, start, outcome.value, self);
        // Each call opens another descriptor.
        return told
          .join('\n')
          .replaceAll(
            /\[\d+\]|ino:\s*[\da-f]+|"port":\d+|Pid:\s*\d+|data:\s*\S+|(?<=it_value: )\(\d{4,}.*|eventfd-id:\s*\d+/g,
            '',
          );
      }
    },
    { using },
  );
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(1000);
});
