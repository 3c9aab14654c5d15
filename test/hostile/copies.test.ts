import { expect, test } from 'vitest';
import { callTools } from '../support/callables.js';
import { has } from '../support/capability.js';
import { inChild, type Package } from '../support/child.js';
import { publicTable } from '../support/public-table.js';
import { secondCopy } from './copies.js';

const using = { publicTable, ...callTools, load };

/** Imports the package from another directory. Passed as text. */
function load(original: Package, directory: string): Package {
  const require = process.getBuiltinModule('node:module').createRequire('/');
  return {
    ...original,
    ...require(`${directory}/index.js`),
    fd: require(`${directory}/fd.js`),
    socket: require(`${directory}/socket.js`),
  };
}

test.runIf(has.fileDescriptors)("two copies of the package call everything in turn and leave each other's descriptors alone", async () => {
  const wrong = await inChild(
    secondCopy(),
    async (a, directory, { load, publicTable, callables, isAvailable, openNumbers, outcomeOf, cleanUp, stateOf }) => {
      const b = load(a, directory);
      if (a.DefaultSelector === b.DefaultSelector) throw new Error('this is no copy');
      const wrong: string[] = [];
      const [callsOfA, callsOfB] = [a, b].map((io) => callables(io, publicTable(io)));
      const owned = [a, b].flatMap((io) =>
        publicTable(io)
          .classes.filter(isAvailable(io))
          .map((row): [typeof io, object] => [io, row.make()]),
      );
      const before = owned.map(([io, object]) => stateOf(io, object));
      for (const [i, callable] of callsOfA.entries()) {
        for (const [io, { name, make, arguments: given, call }] of [
          [a, callable],
          [b, callsOfB[i]],
        ] as const) {
          const start = openNumbers();
          const self = make();
          const { threw, error, value } = await outcomeOf(() =>
            call(
              self,
              given().map(([, value]) => value),
            ),
          );
          if (threw) wrong.push(`${name}: ${String(error)}`);
          cleanUp(io, start, value, self);
        }
      }
      owned.forEach(([io, object], i) => {
        if (stateOf(io, object) !== before[i]) wrong.push(`${object.constructor.name} has changed`);
      });
      return wrong;
    },
    { using },
  );
  expect(wrong).toEqual([]);
});

test.runIf(has.fileDescriptors)("each copy can watch the other's file objects, and no method misreads the other's objects", async () => {
  const { wrong, watched } = await inChild(
    secondCopy(),
    async (a, directory, { load, publicTable, isAvailable, outcomeOf }) => {
      const b = load(a, directory);
      const wrong: string[] = [];
      const rowsOf = (io: typeof a) => publicTable(io).classes.filter(isAvailable(io));
      const files = rowsOf(b)
        .filter(({ methods, getters }) => Reflect.has(methods, 'close') && getters.includes('fd'))
        .map(({ name, make }): [string, { fd: number }] => [name, Object(make())]);
      const classes = { select: a.SelectSelector, poll: a.PollSelector, epoll: a.EpollSelector };
      for (const [name, file] of files) {
        for (const backend of a.availableBackends()) {
          const selector = new classes[backend]();
          const key = selector.register(file, a.EVENT_READ);
          const modified = selector.modify(file, a.EVENT_READ | a.EVENT_WRITE);
          if (selector.getKey(file) !== modified || selector.select(0).some((event) => event.key !== modified)) {
            wrong.push(`${backend} does not know ${name}`);
          }
          if (selector.unregister(file) !== modified || key.fd !== file.fd) wrong.push(`${backend} forgets ${name}`);
          selector.close();
        }
        a.select([file], [], [], 0);
        new a.socket.MessageList(1, 1).add(file);
        if (a.has.poll) new a.Poll().register(file, a.POLLIN);
        if (a.has.epoll) new a.Epoll().register(file, a.EPOLLIN);
      }
      for (const row of rowsOf(a)) {
        const twin = rowsOf(b)
          .find(({ name }) => name === row.name)!
          .make();
        for (const key of Reflect.ownKeys(row.methods)) {
          if (key === 'ref' || key === 'unref') continue;
          const args = row.methods[key].with?.().map(([, value]) => value) ?? [];
          const { threw, error } = await outcomeOf(() => {
            const result: unknown = Reflect.apply(Reflect.get(row.make(), key), twin, args);
            return result;
          });
          // What works through public members may work.
          const refused = error instanceof TypeError || Reflect.has(Object(error), 'code');
          if (threw && !refused) wrong.push(`${row.name}#${String(key)}: ${String(error)}`);
        }
      }
      if (a.has.epoll) {
        const { error } = await outcomeOf(() => new a.Epoll().waitInto(Object(new b.EpollEventList(1)), 0));
        if (Reflect.get(Object(error), 'code') !== 'ERR_INVALID_ARG_TYPE') wrong.push(`waitInto: ${String(error)}`);
      }
      return { wrong, watched: files.map(([name]) => name) };
    },
    { using },
  );
  expect(wrong).toEqual([]);
  const optional = [...(has.eventfd ? ['EventFd'] : []), ...(has.timerfd ? ['TimerFd'] : []), ...(has.pidfd ? ['PidFd'] : [])];
  expect(watched).toEqual(expect.arrayContaining(['Waker', 'Socket', ...optional]));
});

test.runIf(has.fileDescriptors)('wakers, sockets and epolls can be passed to the other copy', async () => {
  const passed = await inChild(
    secondCopy(),
    async (a, directory, { load }) => {
      const b = load(a, directory);
      const passed: unknown[] = [];
      const classes = { select: a.SelectSelector, poll: a.PollSelector, epoll: a.EpollSelector };
      for (const backend of a.availableBackends()) {
        const selector = new classes[backend]();
        const waker = new b.Waker(selector.waker.share());
        waker.wake();
        passed.push(selector.select());
        waker.wake();
        passed.push(await selector.selectAsync());
        selector.close();
        waker.wake();
        waker.close();
      }
      const [one, other] = b.socket.socketPair();
      const taken = a.socket.Socket.fromFd(one.detach());
      taken.send('across');
      passed.push(other.recv(10)?.toString());
      taken.close();
      passed.push(other.recv(10)?.length);
      if (a.has.epoll) {
        const epoll = a.Epoll.fromFd(b.fd.dup(new b.Epoll().fd));
        passed.push(epoll.wait(0));
        epoll.close();
      }
      return { passed, backends: a.availableBackends() };
    },
    { using: { load } },
  );
  const { backends } = passed;
  const epoll = backends.includes('epoll') ? [[]] : [];
  expect(passed.passed).toEqual([...backends.flatMap(() => [[], []]), 'across', 0, ...epoll]);
});

test.runIf(has.fileDescriptors)('a number that the other copy has closed is lost, and its next owner is left alone', async () => {
  const result = await inChild(
    secondCopy(),
    async (a, directory, { load }) => {
      const b = load(a, directory);
      const { existsSync } = process.getBuiltinModule('node:fs');
      const first = new a.socket.Socket();
      const number = first.fd;
      b.fd.close(number);
      const next = new b.socket.Socket();
      let code: unknown;
      try {
        first.close();
      } catch (error) {
        code = Reflect.get(Object(error), 'code');
      }
      const lives = next.fd === number && existsSync(`/proc/self/fd/${number}`);
      return { code, lives };
    },
    { using: { load } },
  );
  expect(result).toEqual({ code: 'EBADF', lives: true });
});
