import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { availableBackends, EPOLLIN, POLLIN, POLLRDHUP } from 'io-selectors';
import { close, dup2, eventfd, getBlocking, getDescriptorLimit, pidfd, pipe, signals, timerfd } from 'io-selectors/fd';

/**
 * What this system, this build of the addon and this machine have. A test that needs what some of them lack says so
 * with `test.runIf(has.eventfd)`, and the reason is given here, once. What can be tried is tried.
 */
export const has = {
  /** The constants of poll(2), whether or not the build has it. Windows lacks them. */
  pollConstants: POLLIN !== 0,
  /** poll(2). Windows lacks it, and a build may leave it out. */
  poll: availableBackends().includes('poll'),
  /** epoll(7). Linux only, and a build may leave it out. */
  epoll: availableBackends().includes('epoll'),
  /** epoll_pwait2(2), with which a wait has a fraction of a millisecond. Linux 5.11, but not qemu on it. */
  epollPwait2: process.platform === 'linux' && isAtLeast(5, 11) && process.env.IO_SELECTORS_NODE === undefined,
  /**
   * What a build for Linux has, even without epoll: the constants of epoll(7), ppoll(2), with which a wait of poll has a
   * fraction of a millisecond, and the unit of SO_GET_FILTER.
   */
  linuxBuild: EPOLLIN !== 0,
  /** The event POLLRDHUP. Linux only. */
  rdhup: POLLRDHUP !== 0,
  /** eventfd(2). Linux only: elsewhere wakers are pipes. */
  eventfd: isSupported(() => eventfd().close()),
  /** timerfd_create(2). Linux only. */
  timerfd: isSupported(() => timerfd({ delayMs: 0 }).close()),
  /** pidfd_open(2). Linux 5.3. */
  pidfd: isSupported(() => pidfd(process.pid).close()),
  /** pipe(2). Windows has none that select could watch. */
  pipe: isSupported(() => pipe().forEach(close)),
  /** Numbers that stand for files, devices, terminals and what Node has open, as for sockets. Not on Windows. */
  fileDescriptors: process.platform !== 'win32',
  /** Sets of select(2) that are bitmaps, with room for numbers below fdSetSize. Those of Windows are lists of any length. */
  fdSetSize: process.platform !== 'win32',
  /** cc, a C compiler for this system, and the headers of POSIX. */
  compiler: process.platform !== 'win32',
  /** Time for a thousand threads or connections. wine passes every call through one process, which takes minutes. */
  thousands: process.env.IO_SELECTORS_WINE === undefined,
  /** dup2(2). Windows lacks it for sockets. */
  dup2: isSupported(() => dup2(0, 0)),
  /** fcntl(2), which tells whether a descriptor blocks. Windows does not. */
  getBlocking: isSupported(() => getBlocking(0)),
  /** Whether nothing but sockets are descriptors. Windows only. */
  onlySockets: process.platform === 'win32',
  /** sigaction(2). Windows lacks it. */
  signals: isSupported(() => signals(['SIGWINCH']).close()),
  /** getrlimit(2). Windows lacks it. */
  descriptorLimit: isSupported(getDescriptorLimit),
  /** Sockets as POSIX has them, with all options and its error codes. Winsock has fewer options, and codes of its own. */
  posixSockets: process.platform !== 'win32',
  /** All of AF_UNIX: pairs, paths and abstract names. Windows has a part of it, and wine none. */
  unixSockets: process.platform !== 'win32',
  /** O_PATH of open(2), for descriptors that no wait accepts. Linux only, and missing from Node's constants. */
  pathFlag: process.platform === 'linux',
  /** /proc/self, where the kernel tells what a process has open. Linux only. */
  proc: process.platform === 'linux' && existsSync('/proc/self/fd'),
};

/** Whether a call does not say that the system lacks what it needs. Any other error is for a test to find. */
function isSupported(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ERR_NOT_SUPPORTED');
  }
}

/** Whether the kernel has this version or a later one. */
function isAtLeast(major: number, minor: number): boolean {
  const [first, second] = release().split('.').map(Number);
  return first > major || (first === major && second >= minor);
}
