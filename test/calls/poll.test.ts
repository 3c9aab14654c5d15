import { closeSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import {
  Poll,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRNORM,
} from 'io-selectors';
import { dup, eventfd } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, owned, ownedFd, pipe, readySocket } from '../support/descriptors.js';
import { closedFd, openFile, temporaryPath } from '../support/files.js';
import { dupHigh } from '../support/high-descriptors.js';
import { openPoll, polled } from './poll.js';

describe.runIf(has.poll)('Poll', () => {
  test('a pipe with room has exactly POLLOUT', () => {
    const [, w] = pipe();
    expect(openPoll([w, POLLOUT]).wait()).toEqual([{ fd: w, revents: POLLOUT }]);
  });

  test('a pipe with data has exactly POLLIN', () => {
    const [r, w] = pipe();
    writeSync(w, 'x');
    expect(openPoll([r, POLLIN]).wait()).toEqual([{ fd: r, revents: POLLIN }]);
  });

  test('an empty pipe whose writer is gone has exactly POLLHUP', () => {
    const [r, w] = pipe();
    closeSync(w);
    expect(openPoll([r, POLLIN]).wait()).toEqual([{ fd: r, revents: POLLHUP }]);
  });

  test('a pipe whose writer is gone has POLLIN as well until it is empty', () => {
    const [r, w] = pipe();
    writeSync(w, 'x');
    closeSync(w);
    const poll = openPoll([r, POLLIN]);
    expect(poll.wait()).toEqual([{ fd: r, revents: POLLIN | POLLHUP }]);
    drain(r);
    expect(poll.wait()).toEqual([{ fd: r, revents: POLLHUP }]);
  });

  test('a descriptor that is closed after a wait has POLLNVAL in the next', () => {
    const [r, w] = pipe();
    writeSync(w, 'x');
    const high = dupHigh(r);
    const poll = openPoll([high, POLLIN]);
    expect(poll.wait()).toEqual([{ fd: high, revents: POLLIN }]);
    closeSync(high);
    expect(poll.wait()).toEqual([{ fd: high, revents: POLLNVAL }]);
  });

  test('a closed descriptor ends a wait that has no timeout, even with an empty mask', () => {
    const fd = closedFd();
    expect(openPoll([fd, 0]).wait(-1)).toEqual([{ fd, revents: POLLNVAL }]);
  });

  test('with an empty mask a hang-up is reported and data is not', () => {
    const [r, w] = pipe();
    writeSync(w, 'x');
    const poll = openPoll([r, 0]);
    expect(poll.wait(0)).toEqual([]);
    closeSync(w);
    expect(poll.wait()).toEqual([{ fd: r, revents: POLLHUP }]);
  });

  test('only events that were asked for end a wait', () => {
    const [, w] = pipe();
    const poll = openPoll([w, POLLIN | POLLPRI | POLLRDHUP]);
    const start = performance.now();
    expect(poll.wait(100)).toEqual([]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(100);
    poll.modify(w, POLLIN | POLLPRI | POLLRDHUP | POLLOUT);
    expect(poll.wait()).toEqual([{ fd: w, revents: POLLOUT }]);
  });

  test('readiness is level-triggered', () => {
    const [r, w] = pipe();
    writeSync(w, 'xx');
    const poll = openPoll([r, POLLIN]);
    expect(poll.wait(0)).toEqual([{ fd: r, revents: POLLIN }]);
    readSync(r, Buffer.alloc(1));
    expect(poll.wait(0)).toEqual([{ fd: r, revents: POLLIN }]);
    readSync(r, Buffer.alloc(1));
    expect(poll.wait(0)).toEqual([]);
  });

  test.each([
    ['POLLWRNORM', POLLWRNORM],
    ['POLLWRNORM and POLLOUT', POLLWRNORM | POLLOUT],
  ])('%s: every event that was asked for is returned', (_names, events) => {
    expect(polled(pipe()[1], events)).toBe(events);
  });

  test('a directory has POLLIN and POLLOUT at once', () => {
    expect(polled(openFile(tmpdir()), POLLIN | POLLOUT)).toBe(POLLIN | POLLOUT);
  });

  test('a regular file has exactly POLLIN and POLLOUT', () => {
    const file = openFile(temporaryPath('file'), 'w+');
    expect(polled(file, POLLIN | POLLPRI | POLLOUT | POLLRDHUP)).toBe(POLLIN | POLLOUT);
  });

  test('each of twelve pipes is reported when it carries a message', () => {
    const pipes = Array.from({ length: 12 }, pipe);
    const poll = openPoll(...pipes.flatMap(([r, w]): [number, number][] => [[r, POLLIN], [w, POLLOUT]]));
    const received: string[] = [];
    while (poll.size > 0) {
      const writers = poll.wait();
      expect(writers.every(({ revents }) => revents === POLLOUT)).toBe(true);
      expect(writers).toHaveLength(poll.size / 2);
      const { fd } = writers[(7 * poll.size) % writers.length];
      const [r, w] = pipes.find(([, w]) => w === fd)!;
      writeSync(w, 'This is a test.');
      expect(poll.wait().filter(({ revents }) => revents !== POLLOUT)).toEqual([{ fd: r, revents: POLLIN }]);
      const block = Buffer.alloc(64);
      received.push(block.toString('utf8', 0, readSync(r, block)));
      for (const fd of [r, w]) {
        poll.unregister(fd);
        closeSync(fd);
      }
    }
    expect(received).toEqual(Array.from({ length: 12 }, () => 'This is a test.'));
  });

  test('a pipe whose write failed has POLLERR and POLLOUT', () => {
    const [r, w] = pipe();
    closeSync(r);
    expect(polled(w, POLLOUT)).toBe(POLLOUT | POLLERR);
  });

  test.runIf(has.eventfd)('an eventfd has POLLIN', () => {
    expect(polled(owned(eventfd(1)), POLLIN | POLLRDNORM | POLLRDBAND)).toBe(POLLIN);
  });

  test('a pipe with data has POLLIN and POLLRDNORM', () => {
    const [r, w] = pipe();
    writeSync(w, 'x');
    expect(polled(r, POLLIN | POLLRDNORM | POLLRDBAND)).toBe(POLLIN | POLLRDNORM);
  });

  test('modify() changes an entry and unregister() removes it', () => {
    const [r, w] = pipe();
    const poll = openPoll([w, POLLOUT]);
    expect(poll.size).toBe(1);
    poll.modify(w, 0);
    expect(poll.wait(0)).toEqual([]);
    poll.modify(w, POLLOUT);
    poll.register(r, POLLIN);
    expect(poll.size).toBe(2);
    poll.unregister(w);
    expect(poll.size).toBe(1);
    expect(poll.wait(0)).toEqual([]);
    writeSync(w, 'x');
    expect(poll.wait(0)).toEqual([{ fd: r, revents: POLLIN }]);
  });

  test('entries keep their events while others come and go', () => {
    const [r, w] = pipe();
    writeSync(w, 'x');
    const fds = Array.from({ length: 300 }, () => ownedFd(dup(r)));
    const poll = openPoll(...fds.map((fd, i): [number, number] => [fd, i % 2 === 0 ? POLLIN : 0]));
    fds.forEach((fd, i) => i % 3 === 0 && poll.unregister(fd));
    expect(poll.size).toBe(200);
    const asked = fds.filter((_, i) => i % 2 === 0 && i % 3 !== 0);
    expect(new Set(poll.wait(0))).toEqual(new Set(asked.map((fd) => ({ fd, revents: POLLIN }))));
    fds.forEach((fd, i) => i % 3 !== 0 && poll.unregister(fd));
    expect(poll.size).toBe(0);
    expect(poll.wait(0)).toEqual([]);
  });

  test('an object that has a descriptor is reported by number', () => {
    const socket = readySocket();
    expect(openPoll([socket, POLLIN]).wait(0)).toEqual([{ fd: socket.fd, revents: POLLIN }]);
    expect(openPoll([{ fileno: () => socket.fd }, POLLIN]).wait(0)).toEqual([{ fd: socket.fd, revents: POLLIN }]);
  });

  test('close() forgets the descriptors and leaves them open', () => {
    const [r, w] = pipe();
    const poll = new Poll();
    poll.register(r, POLLIN);
    poll.close();
    writeSync(w, 'x');
    expect(drain(r)).toBe(1);
  });
});
