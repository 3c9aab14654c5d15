import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import {
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  EpollSelector,
  EVENT_PRIORITY,
  EVENT_READ,
  EVENT_WRITE,
  type RegisterOptions,
} from 'io-selectors';
import { close, eventfd } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { follow, keysOf, turns } from '../support/async.js';
import { has } from '../support/capability.js';
import { drain, fill, owned, ownedFd, socketPair } from '../support/descriptors.js';
import { openFile } from '../support/files.js';
import { highPipe } from '../support/high-descriptors.js';
import { flush, packetMode, pty } from '../support/ptys.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';
import { inThread } from '../support/threads.js';
import { WAITS } from '../support/waiting.js';
import { epollEntries } from '../support/witness.js';
import { threadCpuMs, timed } from './cpu.js';

/** Ways to register a socket for writing so that it reports something unasked, and how to make that happen. */
const WAYS: [string, RegisterOptions, (peer: { send(data: string): unknown; shutdown(how: 'write'): void }) => void][] = [
  ['level-triggered', { flags: EPOLLRDHUP }, (peer) => peer.shutdown('write')],
  ['level-triggered, input', { flags: EPOLLIN }, (peer) => peer.send('x')],
  ['one-shot', { flags: EPOLLRDHUP, oneShot: true }, (peer) => peer.shutdown('write')],
  ['one-shot, input', { flags: EPOLLIN, oneShot: true }, (peer) => peer.send('x')],
  ['edge-triggered', { flags: EPOLLRDHUP, trigger: 'edge' }, (peer) => peer.shutdown('write')],
  ['edge-triggered one-shot', { flags: EPOLLRDHUP, trigger: 'edge', oneShot: true }, (peer) => peer.shutdown('write')],
  ['exclusive', { flags: EPOLLIN, exclusive: true }, (peer) => peer.send('x')],
  ['exclusive and edge-triggered', { flags: EPOLLIN, exclusive: true, trigger: 'edge' }, (peer) => peer.send('x')],
];

/** Registers a full socket for writing, with an unasked event to report. */
function blockedWriter(options: RegisterOptions, act: (typeof WAYS)[number][2]) {
  const [socket, peer] = socketPair();
  fill(socket.fd);
  const selector = owned(new EpollSelector());
  const key = selector.register(socket, EVENT_WRITE, undefined, options);
  act(peer);
  return { socket, peer, selector, key };
}

// A build may lack epoll, the only back end with triggers and these flags.
describe.runIf(has.epoll)('an unasked event', () => {
  test.each(WAYS)('does not make a wait spin, and leaves the entry unchanged: %s', (_, options, act) => {
    const { selector } = blockedWriter(options, act);
    const before = epollEntries(selector.fd).map(({ events }) => events);
    for (const wait of ['select', 'selectEach']) {
      const { elapsedMs, cpuMs } = timed(() => {
        if (wait === 'select') expect(selector.select(100)).toEqual([]);
        else expect(selector.selectEach(() => expect.unreachable(), 100)).toBe(0);
      });
      expect(elapsedMs).toBeGreaterThanOrEqual(100);
      expect(cpuMs).toBeLessThan(50);
    }
    expect(epollEntries(selector.fd).map(({ events }) => events)).toEqual(before);
  });

  test.each(WAYS)('does not hide asked-for events from later waits: %s', (_, options, act) => {
    const { selector, peer, key } = blockedWriter(options, act);
    expect(selector.select(5)).toEqual([]);
    drain(peer.fd);
    expectReady(selector, [[key, EVENT_WRITE]]);
  });

  test.each(WAYS)('does not hide asked-for events from the wait in progress: %s', async (_, options, act) => {
    const [socket, peer] = socketPair();
    fill(socket.fd);
    act(peer);
    const thread = await inThread({ fd: socket.fd, options }, (io, input) => {
      const selector = new io.EpollSelector();
      selector.register(input.fd, io.EVENT_WRITE, undefined, input.options);
      const ready = selector.select(null).map(({ events }) => events);
      const again = input.options.oneShot === true ? selector.select(20).length : 0;
      selector.close();
      return [...ready, again];
    });
    await thread.blockedIn(...WAITS.epoll);
    drain(peer.fd);
    expect(await thread.result).toEqual([EVENT_WRITE, 0]);
  });

  test.each(WAYS)('is reported at once to the wait in progress when modify() asks for it: %s', async (_, options, act) => {
    const { selector, socket } = blockedWriter(options, act);
    // The kernel refuses to modify exclusive entries, so here the mask stays the same.
    const events = options.flags === EPOLLIN ? EVENT_READ : EVENT_READ | EVENT_WRITE;
    const flags = options.flags === EPOLLIN ? EPOLLOUT : EPOLLRDHUP;
    const wait = selector.selectAsync();
    const state = follow(wait);
    await turns(5);
    expect(state.settled).toBe(false);
    const key = selector.modify(socket, events, undefined, { ...options, flags });
    expect(keysOf(await wait)).toEqual([key]);
  });

  test.each(WAYS)('is reported when modify() asks for it between two waits: %s', (_, options, act) => {
    const { selector, socket } = blockedWriter(options, act);
    expect(selector.select(5)).toEqual([]);
    const events = options.flags === EPOLLIN ? EVENT_READ : EVENT_READ | EVENT_WRITE;
    const flags = options.flags === EPOLLIN ? EPOLLOUT : EPOLLRDHUP;
    const key = selector.modify(socket, events, undefined, { ...options, flags });
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test('does not repeat an edge that was reported', () => {
    const counter = owned(eventfd());
    const selector = owned(new EpollSelector());
    const key = selector.register(counter, EVENT_READ, undefined, { trigger: 'edge', flags: EPOLLOUT });
    expect(selector.select(5)).toEqual([]);
    counter.write(1);
    expectReady(selector, [[key, EVENT_READ]]);
    expectIdle(selector);
  });

  test('does not make a modify() without changes repeat an edge', () => {
    const [socket, peer] = socketPair();
    const selector = owned(new EpollSelector());
    const key = selector.register(socket, EVENT_READ, undefined, { trigger: 'edge', flags: EPOLLOUT });
    expect(selector.select(5)).toEqual([]);
    peer.send('x');
    expectReady(selector, [[key, EVENT_READ]]);
    selector.modify(socket, EVENT_READ, 'other data');
    expectIdle(selector);
  });

  test('is an edge that is repeated once modify() asks for it', () => {
    const [socket, peer] = socketPair();
    const selector = owned(new EpollSelector());
    const options = { trigger: 'edge', flags: EPOLLOUT } as const;
    selector.register(socket, EVENT_READ, undefined, options);
    peer.send('x');
    expect(selector.select(0).map(({ revents }) => revents)).toEqual([EPOLLIN | EPOLLOUT]);
    const key = selector.modify(socket, EVENT_READ | EVENT_WRITE, undefined, options);
    expectReady(selector, [[key, EVENT_READ | EVENT_WRITE]]);
  });

  test('does not repeat an edge that was reported to the same wait', async () => {
    const counter = owned(eventfd());
    const selector = owned(new EpollSelector());
    const key = selector.register(counter, EVENT_READ, undefined, { trigger: 'edge', flags: EPOLLOUT });
    const wait = selector.selectAsync();
    await turns(5);
    counter.write(1);
    expect(keysOf(await wait)).toEqual([key]);
    expectIdle(selector);
  });

  test('does not use up a one-shot if it is a lasting hang-up', () => {
    const [readFd, writeFd] = highPipe();
    close(writeFd);
    const selector = owned(new EpollSelector());
    selector.register(readFd, EVENT_PRIORITY, undefined, { oneShot: true });
    const { cpuMs, elapsedMs } = timed(() => selector.select(100));
    expect(elapsedMs).toBeGreaterThanOrEqual(100);
    expect(cpuMs).toBeLessThan(50);
    expectReady(selector, [[selector.modify(readFd, EVENT_READ), EVENT_READ]]);
    expectIdle(selector);
  });

  test('of a file that epoll refuses does not make a wait spin', async () => {
    for (const options of [{ flags: EPOLLIN }, { flags: EPOLLIN, oneShot: true }]) {
      const file = ownedFd(openSync('/dev/null', 'r+'));
      const selector = owned(new EpollSelector({ unpollable: 'ready' }));
      selector.register(file, EVENT_PRIORITY, undefined, options);
      const { cpuMs, elapsedMs, result } = timed(() => selector.select(100));
      expect(result).toEqual([]);
      expect(elapsedMs).toBeGreaterThanOrEqual(100);
      expect(cpuMs).toBeLessThan(50);
      const before = threadCpuMs();
      expect(await selector.selectAsync({ timeoutMs: 100 })).toEqual([]);
      expect(threadCpuMs() - before).toBeLessThan(80);
      expectReady(selector, [[selector.modify(file, EVENT_READ), EVENT_READ]]);
    }
  });
});

describe.runIf(has.fileDescriptors).each(backends)('a priority event after a hang-up that is over, with %s', (backend, Selector) => {
  /** A terminal's master in packet mode whose slave is closed, and a function that opens the slave again. */
  function hungUpMaster(): [master: number, openSlave: () => number] {
    const [master, slave] = pty();
    const path = readlinkSync(`/proc/self/fd/${slave}`);
    packetMode(master);
    closeSync(slave);
    return [master, () => openFile(path, constants.O_RDWR | constants.O_NOCTTY)];
  }

  test('ends an asynchronous wait in progress', async () => {
    const [master, openSlave] = hungUpMaster();
    const selector = open(Selector);
    const key = selector.register(master, EVENT_PRIORITY);
    const wait = selector.selectAsync();
    await turns(5);
    flush(openSlave());
    expect(keysOf(await wait)).toEqual([key]);
  });

  test('ends a wait that blocks', async () => {
    const [master, openSlave] = hungUpMaster();
    const thread = await inThread({ master, backend }, (io, input) => {
      const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
      const selector = new classes[input.backend]();
      selector.register(input.master, io.EVENT_PRIORITY);
      const ready = selector.select().map(({ events }) => events);
      selector.close();
      return ready;
    });
    await thread.blockedIn(...WAITS[backend]);
    flush(openSlave());
    expect(await thread.result).toEqual([EVENT_PRIORITY]);
  });
});
