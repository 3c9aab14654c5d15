import { EVENT_READ, Poll, POLLIN } from 'io-selectors';
import { close, dup2 } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe, socketPair } from '../support/descriptors.js';
import { thrownBy } from '../support/errors.js';
import { highPipe } from '../support/high-descriptors.js';
import { backends, open } from '../support/selectors.js';

/** The advice in the error message, as another file may have taken the number. */
const advice = (fd: number) =>
  `descriptor ${fd} is already registered. ` +
  `If it has since been closed and its number reused: call unregister(${fd}) first`;

describe.each(backends)('%s: for a number that is registered already,', (_backend, Selector) => {
  test.runIf(has.dup2)('the error tells what to do if another file has the number by now', () => {
    const [readFd] = highPipe();
    const selector = open(Selector);
    selector.register(readFd, EVENT_READ);
    close(readFd);
    dup2(pipe()[0], readFd);
    expect(thrownBy(() => selector.register(readFd, EVENT_READ))).toMatchObject({
      code: 'ERR_ALREADY_REGISTERED',
      message: advice(readFd),
    });
    selector.unregister(readFd);
    expect(selector.register(readFd, EVENT_READ).fd).toBe(readFd);
  });

  test('the error names the object that was closed and not unregistered', () => {
    const [socket, peer] = socketPair();
    const selector = open(Selector);
    const { fd } = selector.register(socket, EVENT_READ);
    socket.close();
    expect(thrownBy(() => selector.register({ fd }, EVENT_READ))).toMatchObject({
      code: 'ERR_ALREADY_REGISTERED',
      message: expect.stringMatching(/ already registered, by .*Socket.*, which was closed without unregister\(\): call unregister\(\d+\) first$/),
    });
    selector.register(peer, EVENT_READ);
    expect(thrownBy(() => selector.register(peer, EVENT_READ))).toMatchObject({ message: advice(peer.fd) });
  });
});

test.runIf(has.poll)('the error of Poll tells what to do if another file has the number by now', () => {
  const [readFd] = pipe();
  const poll = owned(new Poll());
  poll.register(readFd, POLLIN);
  expect(thrownBy(() => poll.register(readFd, POLLIN))).toMatchObject({ message: advice(readFd) });
});
