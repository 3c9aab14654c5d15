import { spawn } from 'node:child_process';
import { closeSync, constants, readFileSync, statSync, watch, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Epoll, EPOLLET, EPOLLIN, select } from 'io-selectors';
import { eventfd, pidfd, timerfd } from 'io-selectors/fd';
import { onTestFinished } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { closedFd, openFile, temporaryPath } from '../support/files.js';
import { untilReadable } from '../support/internet.js';
import { flush, packetMode, pty, ptyMaster } from '../support/ptys.js';
import { openDescriptors } from '../support/witness.js';
import { pendingSignalFd } from './signalfd.js';
import type { State } from './states.js';

const { O_CREAT, O_RDWR, O_WRONLY } = constants;
/** Missing from Node's constants. */
const O_PATH = 0o10000000;

function expiredThenRead(): number {
  const timer = owned(timerfd({ delayMs: 0.001 }));
  untilReadable(timer.fd);
  timer.read();
  return timer.fd;
}

/** Node's own descriptor for fs.watch, before the event loop reads from it. */
function inotifyWithEvent(): number {
  const path = temporaryPath('file');
  const watcher = watch(dirname(path));
  onTestFinished(() => watcher.close());
  const inode = `ino:${statSync(dirname(path)).ino.toString(16)} `;
  const found = [...openDescriptors()].find(
    ([fd, link]) => link === 'anon_inode:inotify' && readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').includes(inode),
  );
  if (found === undefined) throw new Error('fs.watch does not use inotify');
  writeFileSync(path, '');
  return found[0];
}

function epollWithReadyMember(events: number): Epoll {
  const epoll = owned(new Epoll());
  const [r, w] = pipe();
  epoll.register(r, events);
  writeSync(w, 'x');
  return epoll;
}

function collected(): number {
  const epoll = epollWithReadyMember(EPOLLIN | EPOLLET);
  if (epoll.wait(0).length !== 1) throw new Error('there was nothing to collect');
  return epoll.fd;
}

function zombie(): number {
  const { pid } = spawn('true');
  const process = owned(pidfd(pid!));
  // Node reaps the child only when the event loop turns.
  untilReadable(process.fd);
  return process.fd;
}

function slaveWithLine(): number {
  const [master, slave] = pty();
  writeSync(master, 'line\n');
  untilReadable(slave);
  return slave;
}

function masterAfterSlave(): number {
  const [master, slave] = pty();
  closeSync(slave);
  return master;
}

export function masterInPacketMode(): number {
  const [master, slave] = pty();
  packetMode(master);
  flush(slave);
  if (select([], [], [master], 5000)[2].length === 0) throw new Error('the master has heard of nothing');
  return master;
}

/** Files that never block, which epoll refuses. */
const ALWAYS_READY = ['IN|OUT', '-', 'EPERM', 'rw'] as const;
const READABLE = ['IN', '-', 'IN', 'r'] as const;
const WRITABLE = ['OUT', '-', 'OUT', 'w'] as const;
const IDLE = ['-', '-', '-', '-'] as const;

const ofEpoll: State[] = [
  ['epoll, member ready', () => epollWithReadyMember(EPOLLIN).fd, ...READABLE],
  ['epoll, edge-triggered member, collected', collected, ...IDLE],
];

const ofEventfd: State[] = [['eventfd, counter 1', () => owned(eventfd(1)).fd, 'IN|OUT', '-', 'IN|OUT', 'rw']];

const ofTimerfd: State[] = [
  ['timerfd, disarmed', () => owned(timerfd({ delayMs: 0 })).fd, ...IDLE],
  ['timerfd, expired then read', expiredThenRead, ...IDLE],
];

const ofPidfd: State[] = [['pidfd, process exited', zombie, ...READABLE]];

export const fileStates: State[] = [
  ...(has.eventfd ? ofEventfd : []),
  ...(has.timerfd ? ofTimerfd : []),
  ['signalfd, signal pending', pendingSignalFd, ...READABLE],
  ['inotify, event queued', inotifyWithEvent, ...READABLE],
  ...(has.epoll ? ofEpoll : []),
  ...(has.pidfd ? ofPidfd : []),
  ['pty master, slave never opened', ptyMaster, ...WRITABLE],
  ['pty slave, idle', () => pty()[1], ...WRITABLE],
  ['pty slave, full line', slaveWithLine, 'IN|OUT', '-', 'IN|OUT', 'rw'],
  ['pty master, slave closed', masterAfterSlave, 'OUT|HUP', 'HUP', 'OUT|HUP', 'rw'],
  ['pty master, slave flushed', masterInPacketMode, 'IN|PRI|OUT', '-', 'IN|PRI|OUT', 'rwx'],
  ['/dev/zero', () => openFile('/dev/zero', 'r+'), ...ALWAYS_READY],
  ['/dev/random', () => openFile('/dev/random'), ...READABLE],
  ['/proc/mounts', () => openFile('/proc/mounts'), ...READABLE],
  ['/proc/self/status', () => openFile('/proc/self/status'), ...ALWAYS_READY],
  ['/proc/sys', () => openFile('/proc/sys/kernel/hostname'), 'IN|OUT', '-', 'IN|OUT', 'rw'],
  ['regular file, O_RDWR', () => openFile(temporaryPath('file'), O_RDWR | O_CREAT), ...ALWAYS_READY],
  ['regular file, O_WRONLY', () => openFile(temporaryPath('file'), O_WRONLY | O_CREAT), ...ALWAYS_READY],
  ['O_PATH', () => openFile('/', O_PATH), 'NVAL', 'NVAL', 'EBADF', 'rwx'],
  ['not open', closedFd, 'NVAL', 'NVAL', 'EBADF', 'EBADF'],
];
