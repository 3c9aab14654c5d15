import { describe, expect, test } from 'vitest';
import { eventfd } from 'io-selectors/fd';
import * as fd from 'io-selectors/fd';
import { Socket } from 'io-selectors/socket';
import { inChild } from './support/child.js';
import { owned, ownedFd, pipe, socketPair } from './support/descriptors.js';
import { expectError } from './support/errors.js';
import { openDescriptors } from './support/witness.js';

/** Ways to take a number from the object that owns it, and to give it to a pipe. */
const THEFTS: [string, (number: number, stranger: number) => void][] = [
  ['close and dup2', (number, stranger) => (fd.close(number), fd.dup2(stranger, number))],
  ['dup2 alone', (number, stranger) => fd.dup2(stranger, number)],
];

describe('a number that its owner has lost', () => {
  test.each(THEFTS)('is spared by close(): %s', (_, steal) => {
    for (const object of [owned(new Socket()), owned(eventfd())]) {
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

  test('is noticed where another module closed it, once the next object has it', async () => {
    const result = await inChild(null, ({ socket }) => {
      const { closeSync, fstatSync } = process.getBuiltinModule('node:fs');
      const old = new socket.Socket();
      closeSync(old.fd);
      // The lowest free number is that one.
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

  test('is spared by the garbage collector and at the end of the process, whoever closed it', async () => {
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
        // Time for whatever else is to be finalized.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        return { ...state, same: fstatSync(number).ino === ino };
      },
      { options: ['--expose-gc'] },
    );
    expect(kept).toEqual({ collected: true, same: true });
  });
});
