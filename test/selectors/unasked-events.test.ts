import {
  EPOLLET,
  EPOLLRDHUP,
  EpollSelector,
  EVENT_PRIORITY,
  EVENT_READ,
  EVENT_WRITE,
  POLLRDHUP,
} from 'io-selectors';
import { close, write } from 'io-selectors/fd';
import { MSG_OOB } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, fill, owned, pipe, socketPair, tcpPair } from '../support/descriptors.js';
import { highPipe } from '../support/high-descriptors.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';
import { inThread } from '../support/threads.js';
import { WAITS } from '../support/waiting.js';
import { epollEntries } from '../support/witness.js';
import { timed } from './cpu.js';

/** A read end that the kernel reports with HUP, whatever is asked for. The write end below comes with ERR. */
function hungUp(): number {
  const [readFd, writeFd] = highPipe();
  close(writeFd);
  return readFd;
}

function broken(): number {
  const [readFd, writeFd] = highPipe();
  close(readFd);
  return writeFd;
}

// poll(2) and epoll_wait(2) report HUP and ERR at every wait, although nobody asked.
describe.each(backends)('%s', (backend, Selector) => {
  test.each([['HUP', hungUp], ['ERR', broken]] as const)(
    '%s neither ends a wait nor makes it spin if only priority events are asked for',
    (_name, makeDescriptor) => {
      const selector = open(Selector);
      selector.register(makeDescriptor(), EVENT_PRIORITY);
      const { result, elapsedMs, cpuMs } = timed(() => selector.select(150));
      expect(result).toEqual([]);
      expect(elapsedMs).toBeGreaterThanOrEqual(150);
      expect(cpuMs).toBeLessThan(75);
    },
  );

  test('selectEach neither calls back for it nor spins', () => {
    const selector = open(Selector);
    selector.register(hungUp(), EVENT_PRIORITY);
    const { result, elapsedMs, cpuMs } = timed(() => selector.selectEach(() => expect.unreachable(), 150));
    expect(result).toBe(0);
    expect(elapsedMs).toBeGreaterThanOrEqual(150);
    expect(cpuMs).toBeLessThan(75);
  });

  test('it is reported once other events are asked for', () => {
    const fd = hungUp();
    const selector = open(Selector);
    selector.register(fd, EVENT_PRIORITY);
    expect(selector.select(5)).toEqual([]);
    expectReady(selector, [[selector.modify(fd, EVENT_READ), EVENT_READ]]);
    expectReady(selector, [[selector.getKey(fd), EVENT_READ]]);
    selector.modify(fd, EVENT_PRIORITY);
    expect(selector.select(5)).toEqual([]);
    expect(selector.unregister(fd).events).toBe(EVENT_PRIORITY);
    expectReady(selector, [[selector.register(fd, EVENT_READ), EVENT_READ]]);
  });

  test('another descriptor is reported in the same wait, and in later ones', () => {
    const selector = open(Selector);
    for (let i = 0; i < 5; i++) selector.register(hungUp(), EVENT_PRIORITY);
    const [readFd, writeFd] = pipe();
    const key = selector.register(readFd, EVENT_READ);
    for (let i = 0; i < 3; i++) {
      expect(selector.select(5)).toEqual([]);
      write(writeFd, 'x');
      expectReady(selector, [[key, EVENT_READ]]);
      drain(readFd);
    }
  });

  test('a hung-up socket still reports urgent data', () => {
    const [client, server] = tcpPair();
    server.send('!', MSG_OOB);
    client.shutdown('both');
    const selector = open(Selector);
    const key = selector.register(client, EVENT_PRIORITY);
    expectReady(selector, [[key, EVENT_PRIORITY]]);
    expectReady(selector, [[key, EVENT_PRIORITY]]);
  });

  test('a closed descriptor among them is ignored by epoll and named by the others', () => {
    const fd = hungUp();
    const selector = open(Selector);
    selector.register(fd, EVENT_PRIORITY);
    expect(selector.select(5)).toEqual([]);
    close(fd);
    if (backend === 'epoll') expectIdle(selector);
    else expect(() => selector.select(0)).toThrow('EBADF');
  });
});

// select has no flags.
describe.runIf(has.rdhup).each(backends.filter(([backend]) => backend !== 'select'))('%s', (backend, Selector) => {
  test('a flag that fires at once does not hide an asked-for event in the same wait', async () => {
    const [a, b] = socketPair();
    fill(a.fd);
    b.shutdown('write');
    const input = { fd: a.fd, backend, events: EVENT_WRITE, flags: POLLRDHUP };
    const thread = await inThread(input, (io, { fd, backend, events, flags }) => {
      const selector = backend === 'poll' ? new io.PollSelector() : new io.EpollSelector();
      selector.register(fd, events, undefined, { flags });
      const ready = selector.select(null).map((event) => event.events);
      selector.close();
      return ready;
    });
    await thread.blockedIn(...WAITS[backend]);
    drain(b.fd);
    expect(await thread.result).toEqual([EVENT_WRITE]);
  });

  test('a flag that fires at once is reported along with asked-for events', () => {
    const [a, b] = socketPair();
    fill(a.fd);
    b.shutdown('write');
    const selector = open(Selector);
    const key = selector.register(a, EVENT_WRITE, undefined, { flags: POLLRDHUP });
    expect(selector.select(5)).toEqual([]);
    drain(b.fd);
    const [event] = selector.select(5000);
    expect(event.key).toBe(key);
    expect(event.events).toBe(EVENT_WRITE);
    expect(event.revents & POLLRDHUP).toBe(POLLRDHUP);
  });
});

describe.runIf(has.epoll)('epoll', () => {
  test('a level-triggered entry is still level-triggered after the wait', () => {
    const fd = hungUp();
    const selector = owned(new EpollSelector());
    selector.register(fd, EVENT_PRIORITY, undefined, { flags: EPOLLRDHUP });
    const before = epollEntries(selector.fd);
    expect(selector.select(5)).toEqual([]);
    expect(before[0].events & EPOLLET).toBe(0);
    expect(epollEntries(selector.fd)).toEqual(before);
  });

  test('unasked events do not use up a one-shot registration', () => {
    const [a, b] = socketPair();
    fill(a.fd);
    b.shutdown('write');
    const selector = owned(new EpollSelector());
    const key = selector.register(a, EVENT_WRITE, undefined, { flags: EPOLLRDHUP, oneShot: true });
    const { result, elapsedMs, cpuMs } = timed(() => selector.select(150));
    expect(result).toEqual([]);
    expect(elapsedMs).toBeGreaterThanOrEqual(150);
    expect(cpuMs).toBeLessThan(75);
    drain(b.fd);
    expectReady(selector, [[key, EVENT_WRITE]]);
    expectIdle(selector);
    expectReady(selector, [[selector.modify(a, EVENT_WRITE), EVENT_WRITE]]);
  });

  test('a callback that throws leaves no entry changed', () => {
    const selector = owned(new EpollSelector());
    selector.register(hungUp(), EVENT_PRIORITY);
    selector.register(pipe()[1], EVENT_WRITE);
    const before = epollEntries(selector.fd);
    const fail = () => {
      throw new Error('from the callback');
    };
    expect(() => selector.selectEach(fail, 5000)).toThrow('from the callback');
    expect(epollEntries(selector.fd)).toEqual(before);
  });
});
