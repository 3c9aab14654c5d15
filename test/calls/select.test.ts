import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { type FileObject, select } from 'io-selectors';
import { close, dup2, eventfd, getDescriptorLimit, write } from 'io-selectors/fd';
import { MSG_OOB, Socket } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { drain, fill, owned, ownedFd, pipe, readySocket, tcpPair } from '../support/descriptors.js';
import { openFile, temporaryPath } from '../support/files.js';

/** A pipe with one byte in it. */
function pipeWithByte(): [readFd: number, writeFd: number] {
  const [r, w] = pipe();
  write(w, 'x');
  return [r, w];
}

describe('what is ready', () => {
  test.runIf(has.fileDescriptors)('a regular file is readable', () => {
    const file = openFile(temporaryPath('file'), 'w+');
    expect(select([file], [], [], 100)).toEqual([[file], [], []]);
  });

  test('a pipe with data and room is ready at both ends', () => {
    const [r, w] = pipeWithByte();
    expect(select([r], [w], [], 100)).toEqual([[r], [w], []]);
  });

  test('a full pipe is not writable', () => {
    const [r, w] = pipe();
    fill(w);
    expect(select([], [w], [], 1)).toEqual([[], [], []]);
    drain(r);
    expect(select([], [w], [], 1)).toEqual([[], [w], []]);
  });

  test('an empty pipe is not readable', () => {
    const [r] = pipe();
    expect(select([r], [], [], 1)).toEqual([[], [], []]);
  });

  test('a descriptor that is ready both ways is in both lists', () => {
    const socket = readySocket();
    expect(select([socket], [socket], [socket], 0)).toEqual([[socket], [socket], []]);
  });

  test('an out-of-band byte alone is exceptional and not readable', () => {
    const [client, server] = tcpPair();
    server.send('!', MSG_OOB);
    expect(select([], [], [client], 5000)[2]).toEqual([client]);
    expect(select([client], [client], [client], 0)).toEqual([[], [client], [client]]);
  });

  test('the end of a stream is readable', () => {
    const [r, w] = pipe();
    close(w);
    expect(select([r], [], [], 5000)).toEqual([[r], [], []]);
  });

  test.runIf(has.fileDescriptors)('the end of a stream is not writable', () => {
    const [r, w] = pipe();
    close(w);
    expect(select([], [r], [], 50)).toEqual([[], [], []]);
  });

  test('a TCP socket without a connection is ready both ways, or not at all on Windows', () => {
    const socket = owned(new Socket());
    // As Linux takes it for hung up, and Windows for idle.
    const ready = has.fileDescriptors ? [socket] : [];
    expect(select([socket], [socket], [], 0)).toEqual([ready, ready, []]);
  });

  test.runIf(has.fileDescriptors)('a directory is ready both ways', () => {
    const directory = openFile(tmpdir());
    expect(select([directory], [directory], [], 0)).toEqual([[directory], [directory], []]);
  });

  test.runIf(has.eventfd)('an eventfd is readable until it is read', () => {
    const event = owned(eventfd(3));
    expect(select([event], [], [], 0)[0]).toEqual([event]);
    expect(event.read()).toBe(3n);
    expect(select([event], [], [], 0)[0]).toEqual([]);
  });
});

describe('the lists', () => {
  test('the result is three different arrays', () => {
    const [read, write, except] = select([], [], [], 1);
    expect([read, write, except]).toEqual([[], [], []]);
    expect(read).not.toBe(write);
    expect(read).not.toBe(except);
    expect(write).not.toBe(except);
  });

  test.runIf(has.pipe)('the arguments are not changed', () => {
    const [r, w] = pipe();
    const lists = [[r], [w, r], [r, w]] as const;
    lists.forEach(Object.freeze);
    expect(select(...lists, 0)).toEqual([[], [w], []]);
    expect(lists).toEqual([[r], [w, r], [r, w]]);
  });

  test.each<[form: string, list: (fds: number[]) => Iterable<number>]>([
    ['a set', (fds) => new Set(fds)],
    ['an iterator', (fds) => fds.values()],
    ['a typed array', (fds) => Int32Array.from(fds)],
  ])('%s can be a list', (_form, list) => {
    const [first, second] = [pipeWithByte()[0], pipeWithByte()[0]];
    expect(select(list([first, second]), list([]), list([]), 0)).toEqual([[first, second], [], []]);
  });

  test.runIf(has.fileDescriptors)("the result has the caller's own objects in the order of the list", async () => {
    const [idle, first, second] = [pipe()[0], pipeWithByte()[0], pipeWithByte()[0]];
    const server = owned(createServer().listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const files: FileObject[] = [{ fd: second }, idle, server, { fileno: () => first }, second];
    const [read] = select(files, [], [], 0);
    expect(read).toHaveLength(3);
    [files[0], files[3], files[4]].forEach((file, i) => expect(read[i]).toBe(file));
  });

  test('a list that shrinks while it is read counts with what is left in it', () => {
    const [first, second] = [pipeWithByte()[0], pipeWithByte()[0]];
    const list: FileObject[] = [];
    const shrinking = {
      fileno() {
        list.length = 2;
        return first;
      },
    };
    list.push(shrinking, second, ...Array.from({ length: 8 }, () => ({ fd: -1 })));
    expect(select(list, [], [], 0)).toEqual([[shrinking, second], [], []]);
    expect(list).toEqual([shrinking, second]);
  });

  test('a list that is emptied by its own member is empty', () => {
    const [r] = pipeWithByte();
    const list: FileObject[] = [];
    const emptying = {
      get fd() {
        list.length = 0;
        return r;
      },
    };
    list.push(emptying, { fd: -1 });
    expect(select(list, [], [], 0)[0]).toEqual([emptying]);
  });
});

describe('high descriptors', () => {
  test.runIf(has.dup2)('an fd_set holds descriptor 1023', () => {
    const [r] = pipeWithByte();
    const last = ownedFd(dup2(r, 1023));
    expect(select([last], [last], [last], 0)).toEqual([[last], [], []]);
  });

  const soft = has.descriptorLimit ? getDescriptorLimit().soft : 0;

  // The limit of descriptors may be too low.
  test.skipIf(soft <= 1024 || !has.dup2).each([1024, Math.min(60_000, soft - 1)])('a larger set holds descriptor %i', (number) => {
    const [r, w] = pipeWithByte();
    const high = ownedFd(dup2(r, number));
    const options = { fdSetSize: number + 1 };
    expect(select([r, high], [w], [high], 0, options)).toEqual([[r, high], [w], []]);
    drain(r);
    expect(select([r, high], [w], [high], 0, options)).toEqual([[], [w], []]);
  });

  test.runIf(has.descriptorLimit)('a descriptor past the limit of the process can be watched', async () => {
    const ready = await inChild(null, ({ fd, select }) => {
      const [r, w] = fd.pipe();
      fd.write(w, 'x');
      fd.setDescriptorLimit(0);
      return [...select([r], [w], [r], 0), fd.getDescriptorLimit().soft, r, w];
    });
    const [r, w] = ready.slice(4) as [number, number];
    expect(ready.slice(0, 4)).toEqual([[r], [w], [], 0]);
  });
});

describe('time', () => {
  test('a call without descriptors and with a timeout of 0 returns at once', () => {
    const start = performance.now();
    expect(select([], [], [], 0)).toEqual([[], [], []]);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('a call without descriptors waits its time', () => {
    const start = performance.now();
    expect(select([], [], [], 20)).toEqual([[], [], []]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(20);
  });

  test.each([999.9999995, 999.9999999, 1000, 1999.99999999])(
    'the kernel takes a timeout of %f ms, whose nanoseconds may round up to a second',
    (timeout) => {
      const [r] = pipeWithByte();
      expect(select([r], [], [], timeout)).toEqual([[r], [], []]);
    },
  );

  test.each([50, 50.5])('each of two calls with the same arguments waits %f ms', (timeout) => {
    const [r] = pipe();
    const args = [[r], [], [], timeout, { fdSetSize: 1024 }] as const;
    for (let i = 0; i < 2; i++) {
      const start = performance.now();
      expect(select(...args)).toEqual([[], [], []]);
      expect(performance.now() - start).toBeGreaterThanOrEqual(timeout);
    }
  });
});
