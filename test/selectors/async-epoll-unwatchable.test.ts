import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { startNode } from '../support/processes.js';

const PRELUDE = `
  import { readdirSync } from 'node:fs';
  import { setImmediate } from 'node:timers/promises';
  import { Epoll, EpollSelector, EPOLLIN, EVENT_READ } from 'io-selectors';
  import { close, dup, dup2, getBlocking, getDescriptorLimit, pipe, read, setDescriptorLimit, write } from 'io-selectors/fd';
  const [r, w] = pipe();
  const [stranger] = pipe({ blocking: true });
  const buffer = Buffer.alloc(10);
  const open = () => {
    const selector = new EpollSelector();
    selector.register(r, EVENT_READ);
    return selector;
  };
  const s = open();
  const outcome = (promise) =>
    promise.then((ready) => ready.length, ({ code, syscall, fd }) => [code, syscall, fd === s.fd || fd === number]);
  const number = s.fd;
  const report = {};
  const registerAll = (fds) => {
    for (const [count, fd] of fds.entries()) {
      try { s.register(fd, EVENT_READ); } catch ({ code }) { return [count, code]; }
    }
    return fds.length;
  };
  const duplicates = () => Array.from({ length: 600 }, () => dup(r));
  /** Kept, as the garbage collector would close them. */
  const chain = [];
  const chainOfFour = (fd) => {
    let inner = fd;
    for (let i = 0; i < 4; i++) {
      const epoll = new Epoll();
      epoll.register(inner, EPOLLIN);
      chain.push(epoll);
      inner = epoll.fd;
    }
    return inner;
  };
  /** Checks that the selector still works, synchronously and asynchronously. */
  const works = async (selector) => {
    write(w, 'x');
    const found = [selector.select(5000).length > 0, (await selector.selectAsync()).length > 0];
    read(r, buffer);
    return [...found, selector.select(0).length, (await selector.selectAsync({ timeoutMs: 1 })).length];
  };
`;

/** Runs in a child, as libuv would abort the process. */
async function reportOf(source: string): Promise<Record<string, unknown>> {
  const end = 'console.log(JSON.stringify(report)); process.exit();';
  const { code, signal, stdout, stderr } = await startNode(`${PRELUDE}${source}${end}`).ended;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  return JSON.parse(stdout);
}

const WORKS = [true, true, 0, 0];

describe.runIf(has.epoll)('an epoll that the event loop cannot watch', () => {
  test('is waited for while 600 duplicates of a descriptor are registered, and afterwards', async () => {
    const report = await reportOf(`
      report.first = await outcome(s.selectAsync({ timeoutMs: 5 }));
      const fds = duplicates();
      report.registered = registerAll(fds);
      report.second = await outcome(s.selectAsync({ timeoutMs: 50 }));
      setTimeout(write, 5, w, 'x');
      report.third = await outcome(s.selectAsync());
      read(r, buffer);
      for (const fd of fds) s.unregister(fd);
      report.works = await works(s);
    `);
    expect(report).toEqual({ first: 0, registered: 600, second: 0, third: 601, works: WORKS });
  });

  test('takes the registration that goes too far for the loop during a wait, which goes on', async () => {
    const report = await reportOf(`
      const wait = s.selectAsync();
      report.registered = registerAll(duplicates());
      await setImmediate();
      report.later = registerAll(duplicates());
      setTimeout(write, 5, w, 'x');
      report.wait = await outcome(wait);
    `);
    expect(report).toEqual({ registered: 600, later: 600, wait: 1201 });
  });

  test('takes it also in the turn in which a callback of the loop began the wait', async () => {
    const report = await reportOf(`
      const other = open();
      setTimeout(write, 1, w, 'x');
      await other.selectAsync();
      const wait = s.selectAsync();
      report.registered = registerAll(duplicates());
      report.wait = (await wait).length;
    `);
    expect(report).toEqual({ registered: 600, wait: 601 });
  });

  test('rejects if no descriptor is free for the thread, and works once there is one', async () => {
    const report = await reportOf(`
      report.registered = registerAll(duplicates());
      const { soft } = getDescriptorLimit();
      setDescriptorLimit(0);
      report.refused = await outcome(s.selectAsync());
      setDescriptorLimit(soft);
      setTimeout(write, 5, w, 'x');
      report.wait = (await s.selectAsync()).length;
    `);
    expect(report).toEqual({ registered: 600, refused: ['EMFILE', expect.any(String), expect.any(Boolean)], wait: 601 });
  });

  test('is waited for while it watches a chain of four epolls', async () => {
    const report = await reportOf(`
      report.first = await outcome(s.selectAsync({ timeoutMs: 5 }));
      const inner = chainOfFour(r);
      report.registered = registerAll([inner]);
      report.second = await outcome(s.selectAsync({ timeoutMs: 50 }));
      s.unregister(inner);
      report.works = await works(s);
    `);
    expect(report).toEqual({ first: 0, registered: 1, second: 0, works: WORKS });
  });

  test('takes a chain of four epolls during a wait', async () => {
    const report = await reportOf(`
      const wait = s.selectAsync();
      const inner = chainOfFour(r);
      report.registered = registerAll([inner]);
      report.tooDeep = registerAll([s.fd]);
      setTimeout(write, 5, w, 'x');
      report.wait = await outcome(wait);
      read(r, buffer);
      report.works = await works(s);
    `);
    expect(report).toEqual({ registered: 1, tooDeep: [0, 'EINVAL'], wait: 2, works: WORKS });
  });
});

describe.runIf(has.epoll).each([
  ['closed', 'close(number)', 'EBADF'],
  ["another file's", 'dup2(stranger, number)', 'EINVAL'],
])("a selector whose descriptor is %s behind its back", (_, lose, code) => {
  test.each([
    ['before the first wait', ''],
    ['between waits', 'await s.selectAsync({ timeoutMs: 5 });'],
    ['between waits, of which the last found something', "write(w, 'x'); await s.selectAsync(); read(r, buffer);"],
  ])('rejects each wait: %s', async (_, before) => {
    const report = await reportOf(`
      ${before}
      ${lose};
      report.waits = [await outcome(s.selectAsync({ timeoutMs: 50 })), await outcome(s.selectAsync())];
      report.touched = !getBlocking(stranger);
    `);
    const refused = [code, 'epoll_ctl', true];
    expect(report).toEqual({ waits: [refused, refused], touched: false });
  });

  test.each([
    ['when something happens', "s.selectAsync()", "write(w, 'x');"],
    ['when the time is over', 's.selectAsync({ timeoutMs: 10 })', ''],
    ['when it is woken', 's.selectAsync()', 's.wakeup();'],
  ])('rejects the wait in progress %s', async (_, wait, then) => {
    const report = await reportOf(`
      const wait = ${wait};
      await setImmediate();
      ${lose};
      ${then}
      report.wait = await outcome(wait);
      report.next = await outcome(s.selectAsync());
      try { s.close(); } catch ({ code }) { report.close = code; }
      const other = open();
      read(r, buffer);
      report.works = await works(other);
    `);
    const refused = [code, 'epoll_ctl', true];
    expect(report).toEqual({ wait: [code, 'epoll_wait', true], next: refused, close: 'EBADF', works: WORKS });
  });
});

test.runIf(has.epoll)('a selector leaves no descriptor with the event loop after close()', async () => {
  const report = await reportOf(`
    const count = () => openCount();
    const before = count();
    const others = Array.from({ length: 10 }, open);
    await Promise.all(others.map((selector) => selector.selectAsync({ timeoutMs: 1 })));
    others.push(open());
    const pending = others.at(-1).selectAsync();
    for (const selector of others) selector.close();
    report.left = count() - before;
    report.pending = await outcome(pending);
  `);
  expect(report).toEqual({ left: 0, pending: 0 });
});
