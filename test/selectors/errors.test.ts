import { type BaseSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { close } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { pipe } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { highPipe } from '../support/high-descriptors.js';
import { backends, expectIdle, open } from '../support/selectors.js';

const TYPE = 'ERR_INVALID_ARG_TYPE';
const RANGE = 'ERR_OUT_OF_RANGE';

/** Values of wrong types, which plain JavaScript can pass. */
const untyped = (value: unknown) => value as never;

const BAD_FDS: [unknown, string][] = [
  ...['3', true, 3n, undefined, null, {}, [], Symbol('fd'), () => 3].map((fd): [unknown, string] => [fd, TYPE]),
  ...[{ fd: '3' }, { fd: true }, { fileno: () => '3' }, { fileno: 3 }].map((fd): [unknown, string] => [fd, TYPE]),
  ...[-1, -10, 0.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32].map((fd): [unknown, string] => [fd, RANGE]),
  ...[{ fd: -1 }, { fd: NaN }, { fileno: () => 2 ** 32 }].map((fd): [unknown, string] => [fd, RANGE]),
];

const BAD_EVENTS: [unknown, string][] = [
  ...['1', true, 1n, undefined, null, {}].map((events): [unknown, string] => [events, TYPE]),
  ...[0, 8, 999999, -1, 0.5, NaN, Infinity, 2 ** 32 + 1].map((events): [unknown, string] => [events, RANGE]),
];

const BAD_OPTIONS: [unknown, string][] = [
  ...[null, 5, 'edge', [], () => {}].map((options): [unknown, string] => [options, TYPE]),
  [{ trigger: 1 }, TYPE],
  [{ trigger: 'edgy' }, RANGE],
  [{ oneShot: 1 }, TYPE],
  [{ exclusive: 'yes' }, TYPE],
  [{ flags: '1' }, TYPE],
  [{ flags: 0.5 }, RANGE],
  [{ flags: 2 ** 32 }, RANGE],
  [{ flags: NaN }, RANGE],
];

describe.each(backends)('%s', (_backend, Selector) => {
  test.each(BAD_FDS)('the descriptor %o is refused: %s', (bad, code) => {
    const selector = open(Selector);
    const fd = untyped(bad);
    const type = code === TYPE ? TypeError : RangeError;
    expectError(() => selector.register(fd, EVENT_READ), code, { type });
    expectError(() => selector.modify(fd, EVENT_READ), code, { type });
    expectError(() => selector.unregister(fd), code, { type });
    expectError(() => selector.getKey(fd), code, { type });
    expect(selector.getMap().size).toBe(0);
  });

  test.each(BAD_EVENTS)('the events %o are refused: %s', (bad, code) => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    const key = selector.register(readFd, EVENT_READ);
    const events = untyped(bad);
    const type = code === TYPE ? TypeError : RangeError;
    expectError(() => selector.register(writeFd, events), code, { type });
    expectError(() => selector.modify(readFd, events), code, { type });
    expect([...selector.getMap().values()]).toEqual([key]);
    expectIdle(selector);
  });

  test.each(BAD_OPTIONS)('the options %o are refused: %s', (bad, code) => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    const key = selector.register(readFd, EVENT_READ);
    const options = untyped(bad);
    const type = code === TYPE ? TypeError : RangeError;
    expectError(() => selector.register(writeFd, EVENT_WRITE, undefined, options), code, { type });
    expectError(() => selector.modify(readFd, EVENT_READ, undefined, options), code, { type });
    expect([...selector.getMap().values()]).toEqual([key]);
    expectIdle(selector);
  });

  test.each<[unknown, string]>([
    [null, TYPE],
    [5, TYPE],
    [[], TYPE],
    [{ onInterrupt: 1 }, TYPE],
    [{ onInterrupt: 'retry' }, RANGE],
    [{ unpollable: true }, TYPE],
    [{ unpollable: 'ignore' }, RANGE],
  ])('the constructor refuses %o: %s', (options, code) => {
    expectError(() => new Selector(untyped(options)), code, { type: code === TYPE ? TypeError : RangeError });
  });

  test.each(['10', {}, [], true, 10n, Symbol('timeout')])('the timeout %o is of the wrong type', (timeout) => {
    const selector = open(Selector);
    expectError(() => selector.select(untyped(timeout)), TYPE, { type: TypeError });
    expectError(() => selector.selectEach(() => {}, untyped(timeout)), TYPE, { type: TypeError });
  });

  test.each([undefined, null, 5, {}])('selectEach refuses %o for a callback', (callback) => {
    expectError(() => open(Selector).selectEach(untyped(callback), 0), TYPE, { type: TypeError });
  });

  test('every method throws ERR_CLOSED after close()', () => {
    const [readFd, writeFd] = pipe();
    const selector = open(Selector);
    selector.register(readFd, EVENT_READ);
    selector.close();
    const calls: [string, () => unknown][] = [
      ['register', () => selector.register(writeFd, EVENT_READ)],
      ['modify', () => selector.modify(readFd, EVENT_READ)],
      ['unregister', () => selector.unregister(readFd)],
      ['select', () => selector.select(0)],
      ['selectEach', () => selector.selectEach(() => {}, 0)],
      ['getKey', () => selector.getKey(readFd)],
      ['getMap', () => selector.getMap()],
    ];
    for (const [name, call] of calls) expect(thrownBy(call), name).toMatchObject({ code: 'ERR_CLOSED' });
  });

  describe('of several errors, the first of these is reported:', () => {
    const bad = untyped('3');
    const badEvents = untyped('1');
    const badOptions = untyped({ trigger: 'edgy' });

    test('that the selector is closed, before anything about the arguments', () => {
      const selector = open(Selector);
      selector.close();
      expectError(() => selector.register(bad, badEvents, undefined, badOptions), 'ERR_CLOSED');
      expectError(() => selector.modify(bad, badEvents), 'ERR_CLOSED');
      expectError(() => selector.unregister(bad), 'ERR_CLOSED');
      expectError(() => selector.getKey(bad), 'ERR_CLOSED');
      expectError(() => selector.select(NaN), 'ERR_CLOSED');
      expectError(() => selector.selectEach(untyped(5), NaN), 'ERR_CLOSED');
    });

    test('the descriptor, then the events, then the options', () => {
      const [readFd] = pipe();
      const selector = open(Selector);
      expectError(() => selector.register(bad, 0, undefined, badOptions), TYPE);
      expectError(() => selector.register(-1, badEvents, undefined, untyped(null)), RANGE);
      expectError(() => selector.register(readFd, badEvents, undefined, badOptions), TYPE);
      expectError(() => selector.register(readFd, EVENT_READ, undefined, badOptions), RANGE);
    });

    test('bad arguments, before a registration that exists or is missing', () => {
      const [readFd, writeFd] = pipe();
      const selector = open(Selector);
      selector.register(readFd, EVENT_READ);
      expectError(() => selector.register(readFd, 0), RANGE);
      expectError(() => selector.register(readFd, EVENT_READ, undefined, badOptions), RANGE);
      expectError(() => selector.modify(writeFd, 0), RANGE);
      expectError(() => selector.modify(writeFd, EVENT_READ, undefined, badOptions), RANGE);
    });

    test('that the descriptor is registered already, before the kernel is asked', () => {
      const [readFd] = highPipe();
      const selector = open(Selector);
      selector.register(readFd, EVENT_READ);
      close(readFd);
      expectError(() => selector.register(readFd, EVENT_READ), 'ERR_ALREADY_REGISTERED');
    });
  });

  test('a getter that closes the selector leaves nothing registered', () => {
    const [readFd] = pipe();
    const selector = open(Selector);
    const spoiler = {
      get fd() {
        selector.close();
        return readFd;
      },
    };
    expectError(() => selector.register(spoiler, EVENT_READ), 'ERR_CLOSED');
    const another = open(Selector);
    const options = {
      get flags() {
        another.close();
        return 0;
      },
    };
    expectError(() => another.register(readFd, EVENT_READ, undefined, options), 'ERR_CLOSED');
  });

  test('a getter that registers the same descriptor loses nothing', () => {
    const [readFd] = pipe();
    const selector = open(Selector);
    const rival = {
      get fd() {
        if (selector.getMap().size === 0) selector.register(readFd, EVENT_READ);
        return readFd;
      },
    };
    expectError(() => selector.register(rival, EVENT_READ), 'ERR_ALREADY_REGISTERED');
    expect(selector.getKey(readFd).fileObject).toBe(readFd);
  });

  test('a method with another this throws a TypeError', () => {
    const { register, select, getMap, close: detached } = Selector.prototype as BaseSelector;
    for (const method of [register, select, getMap, detached]) {
      for (const receiver of [undefined, {}, Object.create(Selector.prototype), new Map()]) {
        expect(() => Reflect.apply(method, receiver, [0, EVENT_READ])).toThrow(TypeError);
      }
    }
  });
});
