import { EVENT_READ, FD_SETSIZE, POLLIN, POLLRDHUP, POLLRDNORM } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { pipe, tcpPair } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { backends, expectIdle, open } from '../support/selectors.js';

const FEATURES = {
  select: { edge: false, oneShot: false, exclusive: false, regularFiles: true, maxFd: FD_SETSIZE - 1 },
  poll: { edge: false, oneShot: false, exclusive: false, regularFiles: true, maxFd: Infinity },
  epoll: { edge: true, oneShot: true, exclusive: true, regularFiles: false, maxFd: Infinity },
};

describe.each(backends)('%s', (backend, Selector) => {
  test('features tells what the back end can do, and is frozen', () => {
    const { features } = open(Selector);
    expect(features).toEqual(FEATURES[backend]);
    expect(Object.isFrozen(features)).toBe(true);
  });

  test.each([
    [{ trigger: 'edge' }, 'edge'],
    [{ oneShot: true }, 'oneShot'],
    [{ exclusive: true }, 'exclusive'],
  ] as const)('%o works if features has it; if not, the error names a back end that has it', (options, feature) => {
    const [readFd] = pipe();
    const selector = open(Selector);
    if (selector.features[feature]) {
      expect(selector.register(readFd, EVENT_READ, undefined, options).fd).toBe(readFd);
      return;
    }
    const register = () => selector.register(readFd, EVENT_READ, undefined, options);
    expectError(register, 'ERR_NOT_SUPPORTED');
    expect(String(thrownBy(register))).toContain('epoll');
    expect(selector.getMap().size).toBe(0);
    const key = selector.register(readFd, EVENT_READ);
    expectError(() => selector.modify(readFd, EVENT_READ, undefined, options), 'ERR_NOT_SUPPORTED');
    expect(selector.getKey(readFd)).toBe(key);
    expectIdle(selector);
  });

  test('options with default values work with every back end', () => {
    const [readFd] = pipe();
    const options = { trigger: 'level', oneShot: false, exclusive: false, flags: 0 } as const;
    const selector = open(Selector);
    selector.register(readFd, EVENT_READ, undefined, options);
    expect(selector.modify(readFd, EVENT_READ, undefined, options).events).toBe(EVENT_READ);
  });

  test('flags are refused by select, and reported by the others', () => {
    const [client, server] = tcpPair();
    const selector = open(Selector);
    const register = () => selector.register(client, EVENT_READ, undefined, { flags: POLLRDNORM });
    if (backend === 'select') {
      expectError(register, 'ERR_NOT_SUPPORTED');
      expect(String(thrownBy(register))).toMatch(/poll.*epoll/);
      expect(selector.getMap().size).toBe(0);
      return;
    }
    register();
    server.send('x');
    expect(selector.select(5000)).toMatchObject([{ events: EVENT_READ, revents: POLLIN | POLLRDNORM }]);
  });

  test.runIf(backend !== 'select' && has.rdhup)('POLLRDHUP is reported when the peer has shut down its writing', () => {
    const [client, server] = tcpPair();
    const selector = open(Selector);
    selector.register(client, EVENT_READ, undefined, { flags: POLLRDHUP });
    server.shutdown('write');
    expect(selector.select(5000)).toMatchObject([{ events: EVENT_READ, revents: POLLIN | POLLRDHUP }]);
  });

  test('flags of more than 16 bits are refused by all but epoll', () => {
    const [readFd] = pipe();
    const selector = open(Selector);
    const register = () => selector.register(readFd, EVENT_READ, undefined, { flags: 2 ** 31 });
    if (backend === 'epoll') {
      expect(register().fd).toBe(readFd);
      return;
    }
    expectError(register, 'ERR_NOT_SUPPORTED');
    expect(String(thrownBy(register))).toContain('epoll');
    expect(selector.getMap().size).toBe(0);
  });
});
