import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { root, startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';

/** Takes eventfd(2) away, as on a system without it. The addon's exports are an ordinary object. */
const WITHOUT_EVENTFD = `
  import { readdirSync } from 'node:fs';
  import { Worker } from 'node:worker_threads';
  const { native } = await import(${JSON.stringify(`file://${root}dist/core/binding.js`)});
  delete native.eventfd;
  const io = await import('io-selectors');
  const fd = await import('io-selectors/fd');
  const WORKER = ${JSON.stringify(`
    const { workerData } = require('node:worker_threads');
    import('file://${root}dist/core/binding.js').then(async ({ native }) => {
      delete native.eventfd;
      const { Waker } = await import('io-selectors');
      const waker = new Waker(workerData);
      for (let i = 0; i < 1000; i++) waker.wake();
      waker.close();
    });
  `)};
  const wakeFromThread = (selector) => new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { eval: true, execArgv: [], workerData: selector.waker.share() });
    worker.on('exit', resolve).on('error', reject);
  });
  const codeOf = (call) => { try { call(); return 'none'; } catch (error) { return error.code; } };
  const left = (selector) => {
    const start = performance.now();
    return selector.select(10).length > 0 || performance.now() - start < 10;
  };
`;

/** Runs statements that fill `report` and may use a `Selector` and an empty pipe. */
async function withoutEventfd(backend: string, statements: string): Promise<unknown> {
  const { stdout, stderr } = await startNode(`
    ${WITHOUT_EVENTFD}
    const report = {};
    const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }.${backend};
    const selector = new Selector();
    const [readFd, writeFd] = fd.pipe();
    selector.register(readFd, io.EVENT_READ);
    ${statements}
    selector.close();
    console.log(JSON.stringify(report));
  `).ended;
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.runIf(has.pipe).each(backends)('without eventfd, %s', (backend) => {
  test('is woken once through a pipe by its own thread, before and during a wait', async () => {
    const report = await withoutEventfd(
      backend,
      `
      for (let i = 0; i < 100; i++) selector.waker.wake();
      report.before = selector.select(null).length;
      report.left = left(selector);
      selector.waker.wake();
      report.each = selector.selectEach(() => {}, null);
      const wait = selector.selectAsync();
      setImmediate(() => selector.waker.wake());
      report.async = (await wait).length;
      fd.write(writeFd, 'x');
      selector.waker.wake();
      report.both = selector.select(null).length;
      fd.read(readFd, Buffer.alloc(1));
      report.leftAtLast = left(selector);`,
    );
    expect(report).toEqual({ before: 0, left: false, each: 0, async: 0, both: 1, leftAtLast: false });
  });

  test('is woken by another thread', async () => {
    const report = await withoutEventfd(
      backend,
      `
      const [wait] = await Promise.all([selector.selectAsync(), wakeFromThread(selector)]);
      report.async = wait.length;
      // A wake-up that came after that wait ended.
      selector.select(0);
      await wakeFromThread(selector);
      report.sync = selector.select(null).length;
      report.left = left(selector);`,
    );
    expect(report).toEqual({ async: 0, sync: 0, left: false });
  });

  test('neither blocks nor throws when the pipe is full, and the wake-up is not lost', async () => {
    const report = await withoutEventfd(
      backend,
      `
      const block = Buffer.alloc(4096);
      while (fd.write(selector.waker.fd, block) !== null);
      while (fd.write(selector.waker.fd, 'x') !== null);
      selector.waker.wake();
      report.full = selector.select(null).length;
      report.left = left(selector);
      selector.waker.wake();
      report.next = selector.select(null).length;`,
    );
    expect(report).toEqual({ full: 0, left: false, next: 0 });
  });

  test('leaves neither end of the pipe open, and accepts only a write end for a waker', async () => {
    const report = await withoutEventfd(
      backend,
      `
      const count = () => openCount();
      const before = count();
      const other = new Selector();
      const opened = count();
      report.number = Number.isInteger(other.waker.fd);
      report.ends = count() - opened;
      const shared = new io.Waker(other.waker.share());
      other.close();
      report.codeAfterClose = codeOf(() => shared.wake());
      shared.close();
      report.left = count() - before;
      const { Socket } = await import('io-selectors/socket');
      report.socket = codeOf(() => new io.Waker(new Socket().fd));
      report.readEnd = codeOf(() => new io.Waker(readFd));
      const blocking = fd.pipe({ blocking: true });
      report.blocking = blocking.map((end) => codeOf(() => new io.Waker(end)));
      report.writeEnd = codeOf(() => new io.Waker(writeFd).close());`,
    );
    expect(report).toEqual({
      number: true,
      ends: 2,
      codeAfterClose: 'none',
      left: 0,
      socket: 'EINVAL',
      readEnd: 'EINVAL',
      blocking: ['EINVAL', 'EINVAL'],
      writeEnd: 'none',
    });
  });
});

test.runIf(has.pipe)('without eventfd, close() does not close numbers that a waker has lost', async () => {
  const { stdout, stderr } = await startNode(`
    ${WITHOUT_EVENTFD}
    import { closeSync, fstatSync, openSync } from 'node:fs';
    const isFifo = (number) => {
      try { return fstatSync(number).isFIFO(); } catch { return false; }
    };
    const fifos = () => readdirSync('/proc/self/fd').map(Number).filter(isFifo);
    const before = fifos();
    const selector = new io.SelectSelector();
    selector.waker;
    const ends = fifos().filter((number) => !before.includes(number));
    ends.forEach((end) => closeSync(end));
    const files = ends.map(() => openSync(process.execPath, 'r'));
    const code = codeOf(() => selector.close());
    console.log(JSON.stringify({
      same: files.toString() === ends.toString(), ends: ends.length, code,
      kept: files.filter((file) => fstatSync(file).isFile()).length,
    }));
  `).ended;
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ same: true, ends: 2, code: 'EBADF', kept: 2 });
});
