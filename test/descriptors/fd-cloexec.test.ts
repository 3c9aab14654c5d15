import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { Epoll } from 'io-selectors';
import { close, dup, dup2, eventfd, pidfd, pipe, signals, timerfd } from 'io-selectors/fd';
import { Socket, socketPair } from 'io-selectors/socket';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { portOf } from '../support/descriptors.js';

const O_CLOEXEC = 0o2000000;

function accepted(accept: (listener: Socket) => number): number[] {
  const listener = new Socket();
  listener.bind({ address: '127.0.0.1', port: 0 });
  listener.listen();
  const client = new Socket();
  client.connect({ address: '127.0.0.1', port: portOf(listener) });
  const fd = accept(listener);
  return [fd, listener.detach(), client.detach()];
}

function dupOf(make: (fd: number) => number): number[] {
  const ends = pipe();
  return [make(ends[0]), ...ends];
}

const makers: [string, () => number[]][] = [
  ['pipe', () => pipe()],
  ['pipe that blocks', () => pipe({ blocking: true })],
  ['dup', () => dupOf(dup)],
  ['dup2', () => dupOf((fd) => dup2(fd, 993))],
  ['Socket', () => [new Socket().detach()]],
  ['socketPair', () => socketPair().map((socket) => socket.detach())],
  ['Socket.accept', () => accepted((listener) => listener.accept()!.socket.detach())],
  ['Socket.acceptFd', () => accepted((listener) => listener.acceptFd()!)],
];

const OBJECTS: [isThere: boolean, name: string, make: () => { readonly fd: number; close(): void }][] = [
  [has.eventfd, 'eventfd', () => eventfd()],
  [has.eventfd, 'eventfd that blocks', () => eventfd(0, { blocking: true })],
  [has.timerfd, 'timerfd', () => timerfd({ delayMs: 0 })],
  [has.pidfd, 'pidfd', () => pidfd(process.pid)],
  [has.epoll, 'Epoll', () => new Epoll()],
  [true, 'signals', () => signals(['SIGUSR2'])],
];
const objects = OBJECTS.filter(([isThere]) => isThere);

describe.runIf(has.fileDescriptors)('a child process does not inherit', () => {
  const opened = new Map<string, number[]>();
  const open: { close(): void }[] = [];
  let inherited: string;

  beforeAll(() => {
    for (const [name, make] of makers) {
      const fds = make();
      opened.set(name, fds);
      open.push({ close: () => fds.forEach(close) });
    }
    for (const [, name, make] of objects) {
      const object = make();
      opened.set(name, [object.fd]);
      open.push(object);
    }
    inherited = execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
  });

  afterAll(() => open.forEach((each) => each.close()));

  test.each([...makers.map(([name]) => [name]), ...objects.map(([, name]) => [name])])('a descriptor from %s', (name) => {
    for (const fd of opened.get(name)!) {
      expect(inherited).not.toContain(` ${fd} -> ${readlinkSync(`/proc/self/fd/${fd}`)}\n`);
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1];
      expect(parseInt(flags, 8) & O_CLOEXEC).toBe(O_CLOEXEC);
    }
  });
});

test.runIf(has.fileDescriptors && has.epoll)('a child process inherits an Epoll that was made with cloexec: false', () => {
  const epoll = new Epoll({ cloexec: false });
  const inherited = execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
  expect(inherited).toContain(` ${epoll.fd} -> anon_inode:[eventpoll]\n`);
  epoll.close();
});
