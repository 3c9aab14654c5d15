import { eventfd } from 'io-selectors/fd';
import * as fd from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { owned, ownedFd, pipe, socketPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { startNode } from '../support/processes.js';
import { openDescriptors } from '../support/witness.js';

/** Ways to take a number from the object that owns it and give it to a pipe. */
const THEFTS: [string, (number: number, stranger: number) => void][] = [
  ['close and dup2', (number, stranger) => (fd.close(number), fd.dup2(stranger, number))],
  ['dup2 alone', (number, stranger) => fd.dup2(stranger, number)],
];

/** Expressions for objects that own a descriptor. */
const OWNERS: [isThere: boolean, name: string, make: string][] = [
  [true, 'Socket', 'new socket.Socket()'],
  [true, 'socketPair', 'socket.socketPair()[0]'],
  [true, 'Socket.fromFd', 'socket.Socket.fromFd(new socket.Socket().detach())'],
  [has.eventfd, 'eventfd', 'fd.eventfd()'],
  [has.timerfd, 'timerfd', 'fd.timerfd({ delayMs: 0 })'],
  [has.pidfd, 'pidfd', 'fd.pidfd(process.pid)'],
  [has.signals, 'signals', "fd.signals(['SIGUSR2'])"],
  [true, 'Waker', 'new io.Waker(new io.SelectSelector().waker.share())'],
];
const owners = OWNERS.filter(([isThere]) => isThere).map(([, ...owner]) => owner);

describe.runIf(has.dup2)('a number that its owner has lost', () => {
  test.each(THEFTS)('is not closed by close(): %s', (_, steal) => {
    for (const object of [owned(new Socket()), ...(has.eventfd ? [owned(eventfd())] : [])]) {
      const number = object.fd;
      const [stranger] = pipe();
      steal(number, stranger);
      ownedFd(number);
      expectError(() => object.close(), 'EBADF', { syscall: 'close', fd: number });
      expect(openDescriptors().get(number)).toBe(openDescriptors().get(stranger));
      expect(object.fd).toBe(-1);
    }
  });

  test('belongs to the next object that gets it', () => {
    const [a, b] = socketPair();
    const number = a.fd;
    fd.close(number);
    fd.dup2(b.fd, number);
    const next = owned(Socket.fromFd(number));
    expectError(() => a.close(), 'EBADF');
    expect(openDescriptors().get(number)).toBe(openDescriptors().get(b.fd));
    next.close();
    expect(openDescriptors().has(number)).toBe(false);
  });

  test('is known to be lost if another module closed it and the next object has it', async () => {
    const result = await inChild(null, ({ socket }) => {
      const { closeSync, fstatSync } = process.getBuiltinModule('node:fs');
      const old = new socket.Socket();
      closeSync(old.fd);
      // It is the lowest free number now.
      const next = new socket.Socket();
      const same = next.fd === old.fd;
      let code: unknown;
      try {
        old.close();
      } catch (error) {
        code = Reflect.get(Object(error), 'code');
      }
      return { same, code, open: fstatSync(next.fd).isSocket() };
    });
    expect(result).toEqual({ same: true, code: 'EBADF', open: true });
  });

  test.each(owners)('is not closed by close() if another module opened a file under it: %s', async (_, make) => {
    const { stdout, stderr } = await startNode(`
      import { closeSync, fstatSync, openSync } from 'node:fs';
      import * as io from 'io-selectors';
      import * as fd from 'io-selectors/fd';
      import * as socket from 'io-selectors/socket';
      const codeOf = (call) => { try { call(); return 'none'; } catch (error) { return error.code; } };
      const object = ${make};
      const number = object.fd;
      closeSync(number);
      // It is the lowest free number now.
      const file = openSync(process.execPath, 'r');
      const codes = [codeOf(() => object.close()), codeOf(() => object.close())];
      const report = { same: file === number, codes, kept: fstatSync(file).isFile(), fd: object.fd };
      console.log(JSON.stringify(report));
    `).ended;
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ same: true, codes: ['EBADF', 'none'], kept: true, fd: -1 });
  });

  test.runIf(has.epoll)('is not closed by a selector that has lost its epoll and its waker', async () => {
    const found = await inChild(null, (io) => {
      const { closeSync, fstatSync, openSync } = process.getBuiltinModule('node:fs');
      const selector = new io.EpollSelector();
      const numbers = [selector.fd, selector.waker.fd];
      numbers.forEach((number) => closeSync(number));
      const files = numbers.map(() => openSync(process.execPath, 'r'));
      let code: unknown;
      try {
        selector.close();
      } catch (error) {
        code = Reflect.get(Object(error), 'code');
      }
      const same = files.every((file) => numbers.includes(file));
      return { same, code, kept: files.every((file) => fstatSync(file).isFile()), closed: selector.closed };
    });
    expect(found).toEqual({ same: true, code: 'EBADF', kept: true, closed: true });
  });

  test('is not closed by the garbage collector or at the end of the process, whoever took it', async () => {
    const kept = await inChild(
      null,
      async (io) => {
        const { closeSync, fstatSync } = process.getBuiltinModule('node:fs');
        const state = { collected: false };
        const registry = new FinalizationRegistry<null>(() => (state.collected = true));
        const number = (() => {
          const socket = new io.socket.Socket();
          registry.register(socket, null);
          return socket.fd;
        })();
        closeSync(number);
        const [stranger] = io.fd.pipe();
        if (stranger !== number) io.fd.dup2(stranger, number);
        const { ino } = fstatSync(number);
        for (let turn = 0; turn < 500 && !state.collected; turn++) {
          gc!();
          await new Promise((resolve) => setImmediate(resolve));
        }
        // Gives other finalizers time to run.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        return { ...state, same: fstatSync(number).ino === ino };
      },
      { options: ['--expose-gc'] },
    );
    expect(kept).toEqual({ collected: true, same: true });
  });
});
