import { closeSync } from 'node:fs';
import { Epoll, EPOLLET, EPOLLIN, EPOLLONESHOT } from 'io-selectors';
import { dup2, eventfd, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { dupHigh } from '../support/high-descriptors.js';
import { inThread } from '../support/threads.js';
import { epollEntries } from '../support/witness.js';
import { openEpoll } from './epoll.js';

const WAITS = ['epoll_wait', 'epoll_pwait', 'epoll_pwait2'];

/** Starts a thread that waits on a duplicate of an instance without a timeout, and returns its events. */
async function waiter(epoll: Epoll) {
  const thread = await inThread(epoll.fd, (io, epfd) => {
    const duplicate = io.Epoll.fromFd(io.fd.dup(epfd));
    const events = duplicate.wait();
    duplicate.close();
    return events;
  });
  await thread.blockedIn(...WAITS);
  return thread;
}

describe.runIf(has.epoll)('a thread that waits', () => {
  test('wakes when another thread adds a ready descriptor', async () => {
    const epoll = openEpoll();
    epoll.register(pipe()[0], EPOLLIN);
    const thread = await waiter(epoll);
    const event = owned(eventfd(1));
    epoll.register(event, EPOLLIN);
    expect(await thread.result).toEqual([{ fd: event.fd, events: EPOLLIN }]);
  });

  test('wakes when another thread asks for an event that is already there', async () => {
    const epoll = openEpoll();
    const event = owned(eventfd(1));
    epoll.register(event, 0);
    const thread = await waiter(epoll);
    epoll.modify(event, EPOLLIN);
    expect(await thread.result).toEqual([{ fd: event.fd, events: EPOLLIN }]);
  });

  test('wakes even if the set was empty when its wait began', async () => {
    const epoll = openEpoll();
    const thread = await waiter(epoll);
    const event = owned(eventfd());
    epoll.register(event, EPOLLIN);
    await thread.blockedIn(...WAITS);
    event.write(1);
    expect(await thread.result).toEqual([{ fd: event.fd, events: EPOLLIN }]);
  });

  test('on a duplicate is not affected when another file takes the original number', async () => {
    const original = openEpoll();
    const epoll = Epoll.fromFd(dupHigh(original.fd));
    const [watched, unwatched] = [owned(eventfd()), owned(eventfd(1))];
    epoll.register(watched, EPOLLIN);
    const thread = await waiter(epoll);
    const number = epoll.fd;
    epoll.close();
    const stranger = openEpoll();
    stranger.register(unwatched, EPOLLIN);
    dup2(stranger.fd, number);
    await thread.blockedIn(...WAITS);
    watched.write(1);
    expect(await thread.result).toEqual([{ fd: watched.fd, events: EPOLLIN }]);
    expect(epollEntries(number)).toMatchObject([{ fd: unwatched.fd }]);
    closeSync(number);
  });

  test.each([
    ['level-triggered', 0, 2],
    ['edge-triggered', EPOLLET, 1],
    ['one-shot', EPOLLONESHOT, 1],
  ])('shares its set with another: a %s event wakes %d', async (_, mode, woken) => {
    const epoll = openEpoll();
    const event = owned(eventfd());
    epoll.register(event, EPOLLIN | mode);
    const threads = [await waiter(epoll), await waiter(epoll)];
    event.write(1);
    const first = await Promise.race(threads.map(async ({ result }, i) => ({ i, events: await result })));
    expect(first.events).toEqual([{ fd: event.fd, events: EPOLLIN }]);
    const other = threads[1 - first.i];
    if (woken === 1) {
      await other.blockedIn(...WAITS);
      epoll.modify(event, EPOLLIN);
    }
    expect(await other.result).toEqual([{ fd: event.fd, events: EPOLLIN }]);
  });

  test('misses no event of an entry that it arms again while another thread writes', async () => {
    const rounds = 3000;
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN | EPOLLONESHOT);
    const thread = await inThread({ epfd: epoll.fd, readFd, rounds }, (io, input) => {
      const set = io.Epoll.fromFd(io.fd.dup(input.epfd));
      const byte = Buffer.alloc(1);
      let bytes = 0;
      while (bytes < input.rounds) {
        if (set.wait(5000).length !== 1) break;
        bytes += io.fd.read(input.readFd, byte) ?? 0;
        set.modify(input.readFd, io.EPOLLIN | io.EPOLLONESHOT);
      }
      set.close();
      return bytes;
    });
    for (let i = 0; i < rounds; i++) expect(write(writeFd, 'x')).toBe(1);
    expect(await thread.result).toBe(rounds);
  });

  test('reports its own events in each of six workers at once', async () => {
    const events = Array.from({ length: 6 }, () => owned(eventfd()));
    const threads = await Promise.all(
      events.map(async ({ fd }) => {
        const thread = await inThread(fd, (io, watched) => {
          const epoll = new io.Epoll();
          epoll.register(watched, io.EPOLLIN);
          const found = epoll.wait();
          epoll.close();
          return found;
        });
        await thread.blockedIn(...WAITS);
        return thread;
      }),
    );
    for (const event of events) event.write(1);
    const results = await Promise.all(threads.map(({ result }) => result));
    expect(results).toEqual(events.map(({ fd }) => [{ fd, events: EPOLLIN }]));
  });
});
