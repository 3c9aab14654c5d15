import { Epoll, EPOLLIN } from 'io-selectors';
import { read } from 'io-selectors/fd';
import { expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned } from '../support/descriptors.js';
import { pendingSignalFd } from './signalfd.js';

test.runIf(has.epoll)('two epoll instances report a pending signal until it is read', () => {
  const fd = pendingSignalFd();
  const epolls = [owned(new Epoll()), owned(new Epoll())];
  for (const epoll of epolls) epoll.register(fd, EPOLLIN);
  for (const epoll of epolls) expect(epoll.wait(5000)).toEqual([{ fd, events: EPOLLIN }]);
  expect(read(fd, Buffer.alloc(128))).toBe(128);
  for (const epoll of epolls) expect(epoll.wait(0)).toEqual([]);
});
