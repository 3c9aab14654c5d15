import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { signals } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { expectError, thrownBy } from '../support/errors.js';
import { backends } from '../support/selectors.js';
import { syscalls } from '../support/syscalls.js';
import { blockedIn } from '../support/threads.js';
import { WAITS } from '../support/waiting.js';
import { saidBy, startWithSignals, threadKiller } from './signals.js';

describe.runIf(has.signals).each(backends)('a loop of blocking select() with %s', (backend, Selector) => {
  const loop = `
    const selector = new io.${Selector.name}();
    const ends = fd.signals(['SIGINT', 'SIGTERM']);
    let count = 0;
    selector.register(ends, io.EVENT_READ, () => say(++count + ' ' + ends.read().join()));
    say('waiting');
    while (count < 3) for (const { key } of selector.select()) key.data();
  `;

  test.each(['SIGINT', 'SIGTERM'] as const)('reports %s each time', async (name) => {
    const child = startWithSignals(loop);
    await child.printed('waiting');
    for (let count = 1; count <= 3; count++) {
      await blockedIn(String(child.process.pid), WAITS[backend]);
      child.process.kill(name);
      await child.printed(`${count} ${name}\n`);
    }
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('reports a signal whichever thread it hits', async () => {
    const child = startWithSignals(loop);
    await child.printed('waiting');
    const pid = String(child.process.pid);
    const threads = readdirSync(`/proc/${pid}/task`).filter((thread) => thread !== pid);
    for (const [i, thread] of threads.slice(0, 3).entries()) {
      await blockedIn(pid, WAITS[backend]);
      execFileSync(threadKiller(), [pid, thread, String(constants.signals.SIGTERM)]);
      await child.printed(`${i + 1} SIGTERM\n`);
    }
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe.runIf(has.signals)('read()', () => {
  test('names each signal once, in the order of their numbers', async () => {
    const said = await saidBy(`
      const object = fd.signals(['SIGTERM', 'SIGUSR2', 'SIGINT', 'SIGHUP', 'SIGTERM']);
      kill('SIGTERM', 'SIGUSR2', 'SIGHUP', 'SIGTERM', 'SIGHUP', 'SIGTERM');
      wait(object);
      say(object.read());
      kill('SIGINT');
      wait(object);
      say(object.read());
    `);
    expect(said).toEqual([['SIGHUP', 'SIGUSR2', 'SIGTERM'], ['SIGINT']]);
  });

  test('returns nothing, and the descriptor is not readable, if nothing has arrived since', async () => {
    const said = await saidBy(`
      const object = fd.signals(['SIGUSR2']);
      const state = () => [io.select([object], [], [], 0)[0].length, object.read()];
      say(state());
      kill('SIGUSR2');
      wait(object);
      say(state());
      say(state());
    `);
    expect(said).toEqual([
      [0, []],
      [1, ['SIGUSR2']],
      [0, []],
    ]);
  });

  test.each(['read', 'signalArrived'])('loses no signal that arrives while it reads: after %s', async (call) => {
    const said = await saidBy(`
      const { native } = await import('./dist/core/binding.js');
      const original = native.${call};
      const object = fd.signals(['SIGHUP', 'SIGUSR2']);
      kill('SIGHUP');
      wait(object);
      native.${call} = (...args) => {
        const result = original(...args);
        kill('SIGUSR2');
        return result;
      };
      const names = object.read();
      native.${call} = original;
      wait(object);
      say([...names, ...object.read()]);
    `);
    expect(said).toEqual([['SIGHUP', 'SIGUSR2']]);
  });

  test('uses the name that was asked for if a signal has two', async () => {
    const said = await saidBy(`
      for (const names of [['SIGPOLL'], ['SIGIO'], ['SIGIO', 'SIGPOLL']]) {
        const object = fd.signals(names);
        kill('SIGPOLL');
        wait(object);
        say(object.read());
        object.close();
      }
    `);
    expect(said).toEqual([['SIGPOLL'], ['SIGIO'], ['SIGIO']]);
  });

  test('reports a signal to each of several objects that want it', async () => {
    const said = await saidBy(`
      const [a, b, c] = [['SIGUSR2'], ['SIGHUP', 'SIGUSR2'], ['SIGHUP']].map((names) => fd.signals(new Set(names)));
      kill('SIGUSR2');
      wait(a);
      wait(b);
      say([a.read(), b.read(), c.read()]);
      a.close();
      kill('SIGUSR2', 'SIGHUP');
      wait(b);
      wait(c);
      say([b.read(), c.read()]);
    `);
    expect(said).toEqual([
      [['SIGUSR2'], ['SIGUSR2'], []],
      [['SIGHUP', 'SIGUSR2'], ['SIGHUP']],
    ]);
  });

  test('reports nothing that arrived for an object that was closed', async () => {
    const said = await saidBy(`
      const stays = fd.signals(['SIGUSR2']);
      const closed = fd.signals(['SIGUSR2']);
      kill('SIGUSR2');
      wait(closed);
      closed.close();
      say([fd.signals(['SIGUSR2']).read(), stays.read()]);
    `);
    expect(said).toEqual([[[], ['SIGUSR2']]]);
  });

  test('names every signal that may be subscribed to', async () => {
    // SIGUSR1 starts Node's inspector in a thread, which aborts if the process ends meanwhile.
    const names = Object.keys(constants.signals).filter((name) => !/KILL|STOP|SEGV|BUS|FPE|ILL|USR1/.test(name));
    const said = await saidBy(`
      for (const name of ${JSON.stringify(names)}) {
        const object = fd.signals([name]);
        kill(name);
        wait(object);
        say(object.read());
        object.close();
      }
    `);
    expect(said).toEqual(names.map((name) => [name]));
  });
});

describe.runIf(has.signals)('the descriptor', () => {
  test('is CLOEXEC and non-blocking, and is closed by close()', async () => {
    const said = await saidBy(`
      const list = () => openCount();
      const before = list();
      const object = fd.signals(['SIGUSR2']);
      const flags = parseInt(/flags:\\s*(\\d+)/.exec(readFileSync('/proc/self/fdinfo/' + object.fd, 'utf8'))[1], 8);
      say([readlinkSync('/proc/self/fd/' + object.fd), flags & 0o2000000, flags & 0o4000]);
      object.close();
      say(list() - before);
    `);
    expect(said).toEqual([[has.eventfd ? 'anon_inode:[eventfd]' : expect.stringMatching(/^pipe:/), 0o2000000, 0o4000], 0]);
  });

  test('is a pipe without eventfd, and ten thousand signals do not block', async () => {
    const said = await saidBy(`
      const { native } = await import('./dist/core/binding.js');
      delete native.eventfd;
      const list = () => openCount();
      const before = list();
      const object = fd.signals(['SIGHUP', 'SIGUSR2']);
      say([readlinkSync('/proc/self/fd/' + object.fd).slice(0, 5)]);
      for (let i = 0; i < 10_000; i++) kill('SIGUSR2');
      kill('SIGHUP');
      wait(object);
      say(object.read());
      say([io.select([object], [], [], 0)[0].length, object.read()]);
      object.close();
      say(list() - before);
    `);
    expect(said).toEqual([['pipe:'], ['SIGHUP', 'SIGUSR2'], [0, []], 0]);
  });

  test('of no signals is never readable', async () => {
    const said = await saidBy(`
      const object = fd.signals([]);
      const other = fd.signals(['SIGUSR2']);
      kill('SIGUSR2');
      wait(other);
      say([io.select([object], [], [], 0)[0].length, object.read()]);
    `);
    expect(said).toEqual([[0, []]]);
  });
});

test.runIf(has.signals)('a signals object is closed once, and read() throws ERR_CLOSED afterwards', () => {
  // No signals, so as not to change the handlers of this process.
  const object = signals([]);
  expect(object.fd).toBeGreaterThanOrEqual(0);
  object.close();
  object.close();
  object[Symbol.dispose]();
  expect(object.fd).toBe(-1);
  expectError(() => object.read(), 'ERR_CLOSED');
});

const REFUSED: [names: unknown, code: string, type: ErrorConstructor, message: string][] = [
  [undefined, 'ERR_INVALID_ARG_TYPE', TypeError, 'undefined'],
  [null, 'ERR_INVALID_ARG_TYPE', TypeError, 'null'],
  [2, 'ERR_INVALID_ARG_TYPE', TypeError, '2'],
  [{}, 'ERR_INVALID_ARG_TYPE', TypeError, '{}'],
  ['SIGINT', 'ERR_INVALID_ARG_TYPE', TypeError, 'SIGINT'],
  [['SIGUSR2', 2], 'ERR_INVALID_ARG_TYPE', TypeError, '2'],
  [['SIGUSR2', undefined], 'ERR_INVALID_ARG_TYPE', TypeError, 'undefined'],
  [['SIGUSR2', ['SIGHUP']], 'ERR_INVALID_ARG_TYPE', TypeError, 'SIGHUP'],
  [['SIGUSR2', 'SIGFOO'], 'ERR_OUT_OF_RANGE', RangeError, 'SIGFOO'],
  [['SIGUSR2', 'sigint'], 'ERR_OUT_OF_RANGE', RangeError, 'sigint'],
  [['SIGUSR2', 'SIGRTMIN'], 'ERR_OUT_OF_RANGE', RangeError, 'SIGRTMIN'],
  [['SIGUSR2', ''], 'ERR_OUT_OF_RANGE', RangeError, "''"],
  [['SIGUSR2', 'toString'], 'ERR_OUT_OF_RANGE', RangeError, 'toString'],
  [['SIGUSR2', '__proto__'], 'ERR_OUT_OF_RANGE', RangeError, '__proto__'],
  ...['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL'].map((name): [unknown, string, ErrorConstructor, string] => [
    ['SIGUSR2', name],
    'ERR_NOT_SUPPORTED',
    Error,
    name,
  ]),
  ...['SIGKILL', 'SIGSTOP'].map((name): [unknown, string, ErrorConstructor, string] => [
    ['SIGUSR2', name, 'SIGURG'],
    'EINVAL',
    Error,
    `EINVAL: invalid argument, sigaction: ${name} cannot be caught`,
  ]),
];

describe.runIf(has.signals)('signals() refuses', () => {
  test.each(REFUSED)('%j: %s', (names, code, type, message) => {
    const call = () => Reflect.apply(signals, undefined, [names]);
    expectError(call, code, { type });
    expect(thrownBy(call)).toMatchObject({ message: expect.stringContaining(message) });
  });

  test('a name that the kernel refuses, with its error', () => {
    expectError(() => signals(['SIGKILL']), 'EINVAL', { syscall: 'sigaction' });
    expect(thrownBy(() => signals(['SIGKILL']))).toMatchObject({ errno: -constants.errno.EINVAL });
  });

  test('without having changed anything', async () => {
    const lists = JSON.stringify(REFUSED.map(([names]) => names ?? null));
    const said = await saidBy(`
      const state = () => [masks('SigCgt'), openCount()];
      fd.signals(['SIGHUP']).close();
      const before = state();
      const thrown = ${lists}.filter((names) => {
        try {
          fd.signals(names);
        } catch {
          return true;
        }
      });
      say(thrown.length);
      say([before, state()]);
    `);
    expect(said[0]).toBe(REFUSED.length);
    const [before, after] = said[1] as unknown[];
    expect(after).toEqual(before);
  });

  test('to open more descriptors than allowed, with EMFILE, without having changed anything', async () => {
    const said = await saidBy(`
      const before = masks('SigCgt');
      const { soft } = fd.getDescriptorLimit();
      fd.setDescriptorLimit(3);
      let error;
      try {
        fd.signals(['SIGUSR2']);
      } catch (thrown) {
        error = [thrown.code, thrown.syscall];
      }
      fd.setDescriptorLimit(soft);
      say([error, masks('SigCgt') === before]);
    `);
    expect(said).toEqual([[['EMFILE', syscalls.openWaker], true]]);
  });
});
