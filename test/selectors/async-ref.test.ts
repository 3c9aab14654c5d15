import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { elapsed, idle, keysOf, turns } from '../support/async.js';
import { expectError } from '../support/errors.js';
import { startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';

const CLASSES = { select: 'SelectSelector', poll: 'PollSelector', epoll: 'EpollSelector' };

describe.each(backends)('%s', (backend, Selector) => {
  /** Runs statements that may use `selector`, and reports how long the process went on living. */
  async function run(statements: string) {
    const { code, stdout, stderr } = await startNode(`
      import { writeSync } from 'node:fs';
      import * as io from 'io-selectors';
      import * as fd from 'io-selectors/fd';
      import { socketPair } from 'io-selectors/socket';
      const selector = new io.${CLASSES[backend]}();
      const [readFd, writeFd] = socketPair().map((end) => end.detach());
      const end = (text) => writeSync(1, text + ';');
      const print = (result) => end(JSON.stringify(result));
      let start = performance.now();
      process.on('exit', () => end('lived ' + (performance.now() - start)));
      ${statements}
    `).ended;
    const lived = Number(/lived ([\d.]+);/.exec(stdout)?.[1]);
    return { code, stderr, lived, printed: stdout.replace(/lived [\d.]+;/, '') };
  }
  const watched = 'selector.register(readFd, io.EVENT_READ);';

  /** Gives each use a selector of its own. */
  const each = (...uses: string[]) =>
    uses.map((use) => `{ const selector = new io.${CLASSES[backend]}(); ${use} }`).join('\n');
  const watch = 'selector.register(readFd, io.EVENT_READ);';

  test.each<[string, string]>([
    ['a selector that is never used', ''],
    ['a selector that is closed after use', `${watched} selector.unregister(readFd); selector.close();`],
    [
      'a wait that is over',
      each(
        `${watch} void selector.selectAsync({ timeoutMs: 1 }).then(print);`,
        `selector.register(writeFd, io.EVENT_WRITE); void selector.selectAsync();`,
        `${watch} const wait = selector.selectAsync(); selector.wakeup(); await wait;`,
        'void selector.selectAsync(); selector.close();',
        `${watch} void selector.selectAsync(); setTimeout(() => selector.close(), 5);`,
        `const controller = new AbortController();
         selector.selectAsync({ signal: controller.signal }).catch(() => {});
         setTimeout(() => controller.abort(), 5);`,
      ),
    ],
    [
      'a wait of a selector with unref()',
      each(
        `${watch} selector.unref(); void selector.selectAsync();`,
        `${watch} void selector.selectAsync(); selector.unref();`,
        `${watch} void selector.selectAsync(); setTimeout(() => selector.unref(), 5);`,
        'selector.unref(); void selector.selectAsync({ timeoutMs: 3.6e6 });',
        'void selector.selectAsync({ timeoutMs: 3.6e6 }); setTimeout(() => selector.unref(), 5);',
        `${watch} selector.unref(); void selector.selectAsync(); selector.modify(readFd, io.EVENT_PRIORITY);`,
        'selector.waker; selector.unref(); void selector.selectAsync();',
        'void selector.selectAsync(); selector.ref().unref();',
      ),
    ],
  ])('%s does not keep the process alive', async (_what, statements) => {
    const { code, stderr } = await run(statements);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('a wait keeps the process alive until it is over', async () => {
    const { code, lived, printed } = await run(`
      ${watched}
      start = performance.now();
      void selector.selectAsync({ timeoutMs: 80 }).then(print);
    `);
    expect([code, printed]).toEqual([0, '[];']);
    expect(lived).toBeGreaterThanOrEqual(80);
  });

  test.each<[string, string]>([
    ['by default', ''],
    ['after unref() and ref()', 'selector.unref().ref();'],
  ])('an infinite wait keeps the process alive %s', async (_what, statement) => {
    const { code, lived, printed } = await run(`
      ${watched}
      start = performance.now();
      // This timer does not keep the process alive: it fires only if something else does.
      setTimeout(() => fd.write(writeFd, 'x'), 60).unref();
      void selector.selectAsync().then(({ length }) => print(length));
      ${statement}
    `);
    expect([code, printed]).toEqual([0, '1;']);
    // Node's timers may fire up to a millisecond early by this clock.
    expect(lived).toBeGreaterThanOrEqual(59);
  });

  test('ref() during a wait keeps the process alive', async () => {
    const { code, printed } = await run(`
      ${watched}
      selector.unref();
      void selector.selectAsync().then(({ length }) => print(length));
      setTimeout(() => {
        selector.ref();
        setTimeout(() => fd.write(writeFd, 'x'), 60).unref();
      }, 5);
    `);
    expect([code, printed]).toEqual([0, '1;']);
  });

  test.each<[string, string, number, number]>([
    ['process.exit() at once', 'process.exit(3);', 3, 0],
    ['process.exit() later', 'setTimeout(() => process.exit(3), 20);', 3, 20],
    ['an uncaught exception', "setTimeout(() => { throw new Error('uncaught'); }, 20);", 1, 20],
  ])('%s ends the process while an endless wait is pending', async (_what, statement, expected, least) => {
    const { code, lived } = await run(`
      ${watched}
      start = performance.now();
      void selector.selectAsync();
      ${statement}
    `);
    expect(code).toBe(expected);
    expect(lived).toBeGreaterThanOrEqual(Math.max(0, least - 1));
    expect(lived).toBeLessThan(5000);
  });

  test('an exception in the continuation of a wait is uncaught', async () => {
    const { code, stderr } = await run(`
      ${watched}
      fd.write(writeFd, 'x');
      void selector.selectAsync().then(() => { throw new Error('in the continuation'); });
      void setTimeout(() => {}, 1e6);
    `);
    expect(code).toBe(1);
    expect(stderr).toContain('in the continuation');
  });

  test('unref() and ref() return the selector, and throw ERR_CLOSED after close()', () => {
    const { selector } = idle(Selector);
    expect(selector.unref()).toBe(selector);
    expect(selector.ref()).toBe(selector);
    selector.close();
    expectError(() => selector.unref(), 'ERR_CLOSED');
    expectError(() => selector.ref(), 'ERR_CLOSED');
  });

  test('unref() delays no wait in a process that something else keeps alive', async () => {
    const { stderr, printed } = await run(`
      ${watched}
      selector.unref();
      const waits = {
        'without time': () => selector.selectAsync({ timeoutMs: 0 }),
        'short': () => selector.selectAsync({ timeoutMs: 5 }),
        'after a wake-up': () => (selector.wakeup(), selector.selectAsync()),
        'with a wake-up': () => (setTimeout(() => selector.wakeup(), 5), selector.selectAsync()),
        'with a change': () => {
          setTimeout(() => selector.register(writeFd, io.EVENT_WRITE), 5);
          return selector.selectAsync();
        },
        'for data': () => (fd.write(writeFd, 'x'), selector.selectAsync()),
      };
      const putOff = [];
      for (const [name, wait] of Object.entries(waits)) {
        const alive = setTimeout(() => {}, 4000);
        await new Promise((resolve) => setTimeout(resolve, 5));
        const begun = performance.now();
        await wait();
        if (performance.now() - begun > 2000) putOff.push(name);
        clearTimeout(alive);
      }
      print(putOff);
    `);
    expect([stderr, printed]).toEqual(['', '[];']);
  });

  test('ref() and unref() during a wait change neither its time nor its events', async () => {
    const { selector, key, writeFd } = idle(Selector);
    const { result, elapsedMs } = await elapsed(async () => {
      const promise = selector.selectAsync({ timeoutMs: 40 });
      for (let i = 0; i < 10; i++) {
        await turns(1);
        selector.unref().ref();
      }
      return promise;
    });
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(40);
    const promise = selector.selectAsync();
    selector.unref().ref();
    await turns(2);
    write(writeFd, 'x');
    selector.unref().ref();
    expect(keysOf(await promise)).toEqual([key]);
  });
});
