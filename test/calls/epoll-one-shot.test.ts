import { closeSync } from 'node:fs';
import { type Epoll, EPOLLHUP, EPOLLIN, EPOLLONESHOT, EPOLLRDHUP } from 'io-selectors';
import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, socketPair, tcpPair } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { highPipe } from '../support/high-descriptors.js';
import { epollEntries } from '../support/witness.js';
import { openEpoll } from './epoll.js';

function fired(): { epoll: Epoll; readFd: number; writeFd: number } {
  const epoll = openEpoll();
  const [readFd, writeFd] = highPipe();
  epoll.register(readFd, EPOLLIN | EPOLLONESHOT);
  write(writeFd, 'x');
  expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
  return { epoll, readFd, writeFd };
}

describe.runIf(has.epoll)('a one-shot entry', () => {
  test('reports nothing after its event, but stays in the set with an empty mask', () => {
    const { epoll, readFd, writeFd } = fired();
    expect(epoll.wait(0)).toEqual([]);
    drain(readFd);
    expect(epoll.wait(0)).toEqual([]);
    write(writeFd, 'y');
    expect(epoll.wait(0)).toEqual([]);
    expect(epollEntries(epoll.fd)).toMatchObject([{ fd: readFd, events: EPOLLONESHOT }]);
  });

  test('cannot be added again after its event', () => {
    const { epoll, readFd } = fired();
    expectError(() => epoll.register(readFd, EPOLLIN), 'EEXIST', { syscall: 'epoll_ctl', fd: readFd });
    expect(epoll.wait(0)).toEqual([]);
  });

  test('is armed again by a change, and fires if it is still ready', () => {
    const { epoll, readFd } = fired();
    epoll.modify(readFd, EPOLLIN | EPOLLONESHOT);
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
    expect(epoll.wait(0)).toEqual([]);
    drain(readFd);
    epoll.modify(readFd, EPOLLIN | EPOLLONESHOT);
    expect(epoll.wait(0)).toEqual([]);
  });

  test('can be removed after its event', () => {
    const { epoll, readFd } = fired();
    epoll.unregister(readFd);
    expect(epollEntries(epoll.fd)).toEqual([]);
  });

  test('does not even report a hang-up after its event, until it is armed again', () => {
    const { epoll, readFd, writeFd } = fired();
    closeSync(writeFd);
    expect(epoll.wait(0)).toEqual([]);
    epoll.modify(readFd, EPOLLIN | EPOLLONESHOT);
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN | EPOLLHUP }]);
    expect(epoll.wait(0)).toEqual([]);
  });

  test('fires once in each set that has its descriptor', () => {
    const sets = [openEpoll(), openEpoll()];
    const [a, b] = socketPair();
    for (const epoll of sets) epoll.register(a, EPOLLIN | EPOLLONESHOT);
    b.send('x');
    for (const epoll of sets) expect(epoll.wait(0)).toEqual([{ fd: a.fd, events: EPOLLIN }]);
    b.send('y');
    for (const epoll of sets) expect(epoll.wait(0)).toEqual([]);
  });

  test('for EPOLLRDHUP alone does not fire for the data before the end', () => {
    const epoll = openEpoll();
    const [client, server] = tcpPair();
    epoll.register(server, EPOLLRDHUP | EPOLLONESHOT);
    client.send('data');
    expect(epoll.wait(0)).toEqual([]);
    client.shutdown('write');
    expect(epoll.wait(5000)).toEqual([{ fd: server.fd, events: EPOLLRDHUP }]);
    expect(epoll.wait(0)).toEqual([]);
    expect(server.recv(10)?.toString()).toBe('data');
  });
});
