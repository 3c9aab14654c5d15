import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { POLLIN, POLLNVAL, POLLRDHUP } from 'io-selectors';
import { SOCK_SEQPACKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { pipe, socketPair } from '../support/descriptors.js';
import { dupHigh } from '../support/high-descriptors.js';
import { inThread, sleeper } from '../support/threads.js';
import { openPoll } from './poll.js';

describe.runIf(has.poll)('Poll in a thread', () => {
  /** Starts a wait in another thread and resolves once that sleeps. */
  async function waiting(fd: number, events: number, timeoutMs?: number | null) {
    const thread = await inThread({ fd, events, timeoutMs }, ({ Poll }, { fd, events, timeoutMs }) => {
      const poll = new Poll();
      poll.register(fd, events);
      return poll.wait(timeoutMs);
    });
    await thread.blockedIn('poll', 'ppoll');
    return thread;
  }

  test.each([null, -1000, -1, -0.1, -1e-100])('a wait of %d ms lasts until there is data', async (timeout) => {
    const [r, w] = pipe();
    const { result } = await waiting(r, POLLIN, timeout);
    writeSync(w, 'x');
    expect(await result).toEqual([{ fd: r, revents: POLLIN }]);
  });

  test.runIf(has.rdhup)('shutting down reading wakes a wait for POLLRDHUP', async () => {
    const [own] = socketPair();
    const { result } = await waiting(own.fd, POLLRDHUP);
    own.shutdown('read');
    expect(await result).toEqual([{ fd: own.fd, revents: POLLRDHUP }]);
  });

  test.runIf(has.rdhup)('a peer that shuts down writing wakes a wait for POLLRDHUP', async () => {
    const [own, peer] = socketPair(SOCK_SEQPACKET);
    const { result } = await waiting(own.fd, POLLRDHUP);
    peer.shutdown('write');
    expect(await result).toEqual([{ fd: own.fd, revents: POLLRDHUP }]);
  });

  // A worker waits in slices: its next slice would find the descriptor closed before anything is written.
  test.runIf(isMainThread)('a wait keeps a file that is closed meanwhile, and ends with POLLNVAL', async () => {
    const [r, w] = pipe();
    const high = dupHigh(r);
    const poll = openPoll([high, POLLIN]);
    const input = { w, r, high, waiter: sleeper(['poll', 'ppoll']) };
    const { result } = await inThread(input, ({ fd }, { r, w, high, waiter }, untilBlocked) => {
      untilBlocked(waiter);
      fd.close(r);
      fd.close(high);
      return fd.write(w, 'x');
    });
    expect(poll.wait(-1)).toEqual([{ fd: high, revents: POLLNVAL }]);
    expect(await result).toBe(1);
  });
});
