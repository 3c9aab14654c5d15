import { EpollSelector, EVENT_READ } from 'io-selectors';
import { close, write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, owned, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh } from '../support/high-descriptors.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';

// Only epoll has a descriptor that another selector can watch. A build may lack it.
describe.runIf(has.epoll)('an epoll selector inside another selector', () => {
  test.each(backends)('is readable for %s while something in it is ready', (_backend, Selector) => {
    const [readFd, writeFd] = pipe();
    const inner = owned(new EpollSelector());
    const outer = open(Selector);
    const innerKey = inner.register(readFd, EVENT_READ);
    const outerKey = outer.register(inner, EVENT_READ);
    expect(outerKey.fd).toBe(inner.fd);
    for (let round = 0; round < 2; round++) {
      expectIdle(outer);
      write(writeFd, 'x');
      expectReady(outer, [[outerKey, EVENT_READ]]);
      expectReady(inner, [[innerKey, EVENT_READ]]);
      expectReady(outer, [[outerKey, EVENT_READ]]);
      drain(readFd);
    }
    expectIdle(outer);
  });

  test.each(backends)('is not readable for %s once its only edge was reported', (_backend, Selector) => {
    const [readFd, writeFd] = pipe();
    const inner = owned(new EpollSelector());
    const outer = open(Selector);
    const innerKey = inner.register(readFd, EVENT_READ, undefined, { trigger: 'edge' });
    const outerKey = outer.register(inner, EVENT_READ);
    write(writeFd, 'x');
    expectReady(outer, [[outerKey, EVENT_READ]]);
    expectReady(inner, [[innerKey, EVENT_READ]]);
    expectIdle(outer);
  });

  test('vanishes from an outer epoll without an error when it is closed', () => {
    const inner = owned(new EpollSelector());
    const outer = owned(new EpollSelector());
    inner.register(pipe()[1], EVENT_READ);
    const key = outer.register(inner, EVENT_READ);
    inner.close();
    expectIdle(outer);
    expect(outer.unregister(inner)).toBe(key);
  });

  test('is skipped if a callback closes it', () => {
    const outer = owned(new EpollSelector<EpollSelector>());
    const inner = [owned(new EpollSelector()), owned(new EpollSelector())];
    for (const selector of inner) {
      const [readFd, writeFd] = pipe();
      write(writeFd, 'x');
      selector.register(readFd, EVENT_READ);
      outer.register(selector, EVENT_READ, selector);
    }
    const count = outer.selectEach(({ data }) => {
      const other = inner.find((selector) => selector !== data);
      if (other === undefined) return;
      outer.unregister(other);
      other.close();
    }, 5000);
    expect(count).toBe(1);
    expect(outer.getMap().size).toBe(1);
  });

  test('cannot watch itself, or one that watches it', () => {
    const [first, second] = [owned(new EpollSelector()), owned(new EpollSelector())];
    expectError(() => first.register(first, EVENT_READ), 'EINVAL', { syscall: 'epoll_ctl', fd: first.fd });
    first.register(second, EVENT_READ);
    expectError(() => second.register(first, EVENT_READ), 'ELOOP', { syscall: 'epoll_ctl', fd: first.fd });
    expect(second.getMap().size).toBe(0);
  });

  test('a duplicate of its descriptor shows what it watches', () => {
    const [readFd, writeFd] = pipe();
    const inner = owned(new EpollSelector());
    inner.register(readFd, EVENT_READ);
    const outer = owned(new EpollSelector());
    const duplicate = dupHigh(inner.fd);
    const key = outer.register(duplicate, EVENT_READ);
    write(writeFd, 'x');
    expectReady(outer, [[key, EVENT_READ]]);
    outer.unregister(duplicate);
    close(duplicate);
    expectIdle(outer);
  });
});
