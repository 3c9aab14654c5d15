import type { BaseSelector } from 'io-selectors';
import type { Package } from '../support/child.js';

/** An operation of several system calls, each of which may fail. */
export interface Steps {
  name: string;
  /** Prepares what the operation needs, which is closed afterwards. */
  make: () => { close(): void };
  /** The operation. If a call fails, it throws the call's error or does without. */
  act: (made: never) => unknown;
  /** What an operation that throws must leave as it was. */
  state?: (made: never) => unknown;
  /** Throws if something is lost. */
  check?: (made: never) => unknown;
}

/** Operations of several steps, with the back ends of this build. Passed as text. */
export function faultSteps(io: Package): Steps[] {
  const { fd, socket } = io;
  const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
  const assert = (holds: boolean, what: string) => {
    if (!holds) throw new Error(what);
  };
  const epollEntries = (selector: BaseSelector) => {
    if (!('fd' in selector)) return [];
    const text = process.getBuiltinModule('node:fs').readFileSync(`/proc/self/fdinfo/${String(selector.fd)}`, 'utf8');
    return Array.from(text.matchAll(/tfd:\s*(\d+)/g), ([, number]) => Number(number));
  };
  const keys = (selector: BaseSelector) =>
    Array.from(selector.getMap().values(), (key) => [key.fd, key.events, key.data]);
  const found = (ready: { key: { fd: number } }[]) => ready.map(({ key }) => key.fd).join();

  interface Made {
    selector: BaseSelector;
    readFd: number;
    idleFd: number;
    writeFd: number;
    /** That of the operation. */
    wait?: Promise<unknown>;
    close(): void;
  }
  const watching =
    (backend: BaseSelector['backend'], bytes = 'x') =>
    (): Made => {
      const selector = new classes[backend]();
      const [readFd, writeFd] = fd.pipe();
      const [idleFd, otherFd] = fd.pipe();
      if (bytes !== '') fd.write(writeFd, bytes);
      selector.register(readFd, io.EVENT_READ);
      return {
        selector,
        readFd,
        idleFd,
        writeFd,
        close() {
          selector.close();
          for (const number of [readFd, writeFd, idleFd, otherFd]) fd.close(number);
        },
      };
    };
  const state = ({ selector }: Made) => [keys(selector), epollEntries(selector)];
  const keysOf = ({ selector }: Made) => keys(selector);
  const finds = async ({ selector, readFd }: Made) => {
    const ready = String(readFd);
    assert(found(selector.select(0)) === ready, 'select');
    let called = '';
    selector.selectEach((key) => (called += String(key.fd)), 0);
    assert(called === ready, 'selectEach');
    assert(found(await selector.selectAsync({ timeoutMs: 1000 })) === ready, 'selectAsync');
    for await (const events of selector) {
      assert(found(events) === ready, 'iteration');
      break;
    }
    const numbers = epollEntries(selector);
    assert(new Set(numbers).size === numbers.length, 'registered twice');
  };

  const ofSelectors = io.availableBackends().flatMap((backend): Steps[] => [
    {
      name: `${backend}: waker`,
      make: watching(backend, ''),
      act: ({ selector }: Made) => selector.waker.fd,
      state,
      check: async ({ selector, readFd, writeFd }: Made) => {
        selector.waker.wake();
        assert(selector.select(10_000).length === 0, 'is not woken');
        selector.waker.wake();
        assert((await selector.selectAsync()).length === 0, 'is not woken');
        fd.write(writeFd, 'x');
        assert(found(selector.select()) === String(readFd), 'select');
      },
    },
    {
      name: `${backend}: register`,
      make: watching(backend),
      act: ({ selector, idleFd }: Made) => selector.register(idleFd, io.EVENT_READ, 'data'),
      state,
      check: async (made: Made) => {
        if (!made.selector.getMap().has(made.idleFd)) made.selector.register(made.idleFd, io.EVENT_READ);
        await finds(made);
      },
    },
    {
      name: `${backend}: modify`,
      make: watching(backend),
      act: ({ selector, readFd }: Made) => selector.modify(readFd, io.EVENT_WRITE | io.EVENT_READ, 'data'),
      state,
      check: finds,
    },
    {
      name: `${backend}: unregister`,
      make: () => {
        const made = watching(backend)();
        made.selector.register(made.idleFd, io.EVENT_READ);
        return made;
      },
      act: ({ selector, idleFd }: Made) => selector.unregister(idleFd),
      state,
      check: finds,
    },
    {
      name: `${backend}: the first selectAsync`,
      make: watching(backend),
      act: ({ selector }: Made) => selector.selectAsync({ timeoutMs: 5000 }),
      state,
      check: finds,
    },
    {
      name: `${backend}: the second selectAsync`,
      make: watching(backend),
      act: async ({ selector, writeFd }: Made) => {
        fd.read(selector.getMap().keys().next().value!, Buffer.alloc(1));
        await selector.selectAsync({ timeoutMs: 1 });
        const wait = selector.selectAsync();
        // Must not be lost, whether the wait succeeds or fails.
        fd.write(writeFd, 'x');
        return wait;
      },
      state: keysOf,
      check: async (made: Made) => {
        if (made.selector.select(0).length === 0) fd.write(made.writeFd, 'x');
        await finds(made);
      },
    },
    {
      name: `${backend}: register and unregister during selectAsync`,
      make: watching(backend, ''),
      act: async (made: Made) => {
        const { selector, idleFd, writeFd } = made;
        const wait = (made.wait = selector.selectAsync());
        // The caller awaits it and sees the error.
        wait.catch(() => {});
        await new Promise(setImmediate);
        try {
          selector.register(idleFd, io.EVENT_READ);
          selector.unregister(idleFd);
        } finally {
          fd.write(writeFd, 'x');
        }
        return wait;
      },
      state: () => 'open',
      check: async (made: Made) => {
        const { selector, idleFd, writeFd } = made;
        if (selector.getMap().has(idleFd)) selector.unregister(idleFd);
        // It may be pending if register() has failed.
        await made.wait?.catch(() => {});
        if (selector.select(0).length === 0) fd.write(writeFd, 'x');
        await finds(made);
      },
    },
    {
      name: `${backend}: new selector`,
      make: () => ({ close() {} }),
      act: () => new classes[backend]().close(),
    },
  ]);

  /** A duplicate of a descriptor, which the caller closes unless someone takes it over. */
  interface Shared {
    number: number;
    close(): void;
  }
  const shared = (owner: { fd: number; close(): void }): Shared => {
    const { existsSync } = process.getBuiltinModule('node:fs');
    const number = fd.dup(owner.fd);
    const close = () => {
      owner.close();
      if (existsSync(`/proc/self/fd/${number}`)) fd.close(number);
    };
    return { number, close };
  };
  const ofEpoll: Steps[] = [
    {
      name: 'a rebuild after stale entries',
      make: () => {
        const made = watching('epoll')();
        const { selector } = made;
        const counter = fd.eventfd(1);
        const stale = Array.from({ length: 3 }, () => fd.dup(counter.fd));
        for (const number of stale) {
          selector.register(number, io.EVENT_READ);
          fd.close(number);
          selector.unregister(number);
        }
        const oneShot = fd.eventfd(1);
        selector.register(oneShot, io.EVENT_READ, 'one shot', { oneShot: true });
        selector.select(0);
        const close = () => {
          made.close();
          counter.close();
          oneShot.close();
        };
        return { ...made, oneShot, close };
      },
      act: ({ selector, readFd }: Made) => {
        for (let i = 0; i < 6; i++) assert(found(selector.select(0)) === String(readFd), 'lost an event');
      },
      check: async (made: Made & { oneShot: { fd: number } }) => {
        await finds(made);
        const { selector, readFd, oneShot } = made;
        selector.modify(oneShot, io.EVENT_READ);
        const both = found(selector.select(0)).split(',').toSorted();
        assert(both.join() === [readFd, oneShot.fd].map(String).toSorted().join(), 'lost the one-shot registration');
      },
    },
    { name: 'new Epoll()', make: () => ({ close() {} }), act: () => new io.Epoll().close() },
    {
      name: 'Epoll.fromFd()',
      make: () => shared(new io.Epoll()),
      act: ({ number }: Shared) => io.Epoll.fromFd(number).close(),
    },
  ];

  const makers: [string, () => { close(): void }][] = [
    ['new Socket()', () => new socket.Socket()],
    [
      'socketPair()',
      () => {
        const [a, b] = socket.socketPair();
        return { close: () => [a, b].forEach((each) => each.close()) };
      },
    ],
    [
      'accept()',
      () => {
        const accepted: { close(): void }[] = [];
        try {
          const listener = new socket.Socket();
          accepted.push(listener);
          const client = new socket.Socket();
          accepted.push(client);
          listener.bind({ address: '127.0.0.1', port: 0 });
          listener.listen();
          client.connect(listener.localAddress());
          accepted.push(listener.accept()!.socket);
        } finally {
          for (const each of accepted) each.close();
        }
        return { close() {} };
      },
    ],
    [
      'pipe()',
      () => {
        const ends = fd.pipe();
        return { close: () => ends.forEach(fd.close) };
      },
    ],
    ['signals()', () => fd.signals(['SIGUSR1', 'SIGUSR2'])],
  ];
  if (io.has.eventfd) {
    makers.push(['eventfd()', () => fd.eventfd()], ['eventfd() past 32 bits', () => fd.eventfd(2n ** 40n)]);
  }
  if (io.has.timerfd) makers.push(['timerfd()', () => fd.timerfd({ delayMs: 1 })]);
  if (io.has.pidfd) makers.push(['pidfd()', () => fd.pidfd(process.pid)]);
  const ofMakers = makers.map(([name, make]): Steps => ({
    name,
    make: () => ({ close() {} }),
    act: () => make().close(),
  }));
  ofMakers.push({
    name: 'new Waker()',
    make: () => {
      const selector = new io.SelectSelector();
      return shared({ fd: selector.waker.fd, close: () => selector.close() });
    },
    act: ({ number }: Shared) => new io.Waker(number).close(),
  });
  return [...ofSelectors, ...(io.has.epoll ? ofEpoll : []), ...ofMakers];
}
