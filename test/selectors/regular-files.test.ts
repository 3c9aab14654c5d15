import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EpollSelector, EVENT_PRIORITY, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { close, dup2, write } from 'io-selectors/fd';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, ownedFd, pipe } from '../support/descriptors.js';
import { expectError } from '../support/errors.js';
import { dupHigh, highPipe } from '../support/high-descriptors.js';
import { backends, expectIdle, expectReady, open } from '../support/selectors.js';
import { epollEntries } from '../support/witness.js';

/** A file with a few bytes, open for reading and writing. */
function regularFile(): number {
  const directory = mkdtempSync(join(tmpdir(), 'io-selectors-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'file');
  writeFileSync(path, 'content');
  return ownedFd(openSync(path, 'r+'));
}

const FILES: [string, () => number][] = [
  ['a regular file', regularFile],
  ['/dev/null', () => ownedFd(openSync('/dev/null', 'r+'))],
  ['a directory', () => ownedFd(openSync(tmpdir(), 'r'))],
];
const files = (count: number) => Array.from({ length: count }, regularFile);

describe.runIf(has.fileDescriptors).each(backends)('%s', (backend, Selector) => {
  test.each(FILES)('%s is ready at every wait; epoll refuses it', (_name, makeFile) => {
    const fd = makeFile();
    const selector = open(Selector);
    if (backend === 'epoll') {
      expect(selector.features.regularFiles).toBe(false);
      expectError(() => selector.register(fd, EVENT_READ), 'EPERM', { syscall: 'epoll_ctl', fd });
      expect(() => selector.register(fd, EVENT_READ)).toThrow("unpollable: 'ready'");
      expectError(() => selector.getKey(fd), 'ERR_NOT_REGISTERED');
      expectIdle(selector);
    } else {
      expect(selector.features.regularFiles).toBe(true);
      const key = selector.register(fd, EVENT_READ);
      for (let i = 0; i < 3; i++) expectReady(selector, [[key, EVENT_READ]]);
    }
  });

  describe("with { unpollable: 'ready' }", () => {
    const ready = () => open<string | undefined>(Selector, { unpollable: 'ready' });

    test.each(FILES)('%s is ready at every wait', (_name, makeFile) => {
      const selector = ready();
      expect(selector.features.regularFiles).toBe(true);
      const key = selector.register(makeFile(), EVENT_READ | EVENT_WRITE);
      for (let i = 0; i < 3; i++) expectReady(selector, [[key, EVENT_READ | EVENT_WRITE]]);
      expect(selector.selectEach((each) => expect(each).toBe(key), null)).toBe(1);
    });

    test('it is reported together with other ready descriptors', () => {
      const [readFd, writeFd] = pipe();
      const selector = ready();
      const file = selector.register(regularFile(), EVENT_READ);
      const piped = selector.register(readFd, EVENT_READ);
      expectReady(selector, [[file, EVENT_READ]]);
      write(writeFd, 'x');
      for (let i = 0; i < 3; i++) expectReady(selector, [[file, EVENT_READ], [piped, EVENT_READ]]);
    });

    test('many of them are reported together with many others', () => {
      const selector = ready();
      const expected = [...files(40), ...Array.from({ length: 70 }, () => pipe()[1])].map(
        (fd): [ReturnType<typeof selector.register>, number] => [selector.register(fd, EVENT_WRITE), EVENT_WRITE],
      );
      expectReady(selector, expected);
      expectReady(selector, expected);
    });

    test('the events that are asked for are reported, and modify() changes them', () => {
      const fd = regularFile();
      const selector = ready();
      expectReady(selector, [[selector.register(fd, EVENT_WRITE, 'data'), EVENT_WRITE]]);
      const key = selector.modify(fd, EVENT_READ);
      expect(key.data).toBe('data');
      expectReady(selector, [[key, EVENT_READ]]);
    });

    test('a wait for priority events on a file lasts its time', () => {
      const selector = ready();
      selector.register(regularFile(), EVENT_PRIORITY);
      const start = performance.now();
      expect(selector.select(30)).toEqual([]);
      expect(performance.now() - start).toBeGreaterThanOrEqual(30);
    });

    test('it can be unregistered, and registered again', () => {
      const fd = regularFile();
      const selector = ready();
      const key = selector.register(fd, EVENT_READ);
      expectError(() => selector.register(fd, EVENT_READ), 'ERR_ALREADY_REGISTERED');
      expect(selector.unregister(fd)).toBe(key);
      expectIdle(selector);
      expectReady(selector, [[selector.register(fd, EVENT_READ), EVENT_READ]]);
    });

    test('a closed number is refused all the same', () => {
      const [readFd] = highPipe();
      close(readFd);
      expectError(() => ready().register(readFd, EVENT_READ), 'EBADF', { fd: readFd });
    });

    test('it can be unregistered after it was closed, which select and poll report', () => {
      const fd = dupHigh(regularFile());
      const selector = ready();
      const key = selector.register(fd, EVENT_READ);
      closeSync(fd);
      if (backend === 'epoll') expectIdle(selector);
      else expectError(() => selector.select(0), 'EBADF', { fd });
      expect(selector.unregister(fd)).toBe(key);
      expectIdle(selector);
    });
  });
});

// A build may lack epoll, the only back end that refuses regular files.
describe.runIf(has.epoll)("epoll with { unpollable: 'ready' }", () => {
  const ready = () => owned(new EpollSelector<string | undefined>({ unpollable: 'ready' }));

  test("a file has no entry in the kernel's set", () => {
    const selector = ready();
    selector.register(regularFile(), EVENT_READ);
    const piped = selector.register(pipe()[0], EVENT_READ);
    expect(epollEntries(selector.fd).map(({ fd }) => fd)).toEqual([piped.fd]);
  });

  test('a one-shot file is ready once for each modify()', () => {
    const fd = regularFile();
    const selector = ready();
    const key = selector.register(fd, EVENT_READ, 'once', { oneShot: true });
    expectReady(selector, [[key, EVENT_READ]]);
    expectIdle(selector);
    expectIdle(selector);
    expectReady(selector, [[selector.modify(fd, EVENT_READ), EVENT_READ]]);
    expectIdle(selector);
  });

  test('a file stays ready when stale entries are left behind', () => {
    const selector = ready();
    const file = selector.register(regularFile(), EVENT_READ);
    const [readFd, writeFd] = highPipe();
    dupHigh(readFd);
    selector.register(readFd, EVENT_READ);
    close(readFd);
    selector.unregister(readFd);
    write(writeFd, 'x');
    for (let i = 0; i < 5; i++) expectReady(selector, [[file, EVENT_READ]]);
    expect(epollEntries(selector.fd)).toEqual([]);
  });

  test('a pipe that takes the number of a file can be registered', () => {
    const number = dupHigh(regularFile());
    const selector = ready();
    selector.register(number, EVENT_READ);
    close(number);
    selector.unregister(number);
    const [readFd, writeFd] = pipe();
    const key = selector.register(dup2(readFd, number), EVENT_READ);
    expectIdle(selector);
    write(writeFd, 'x');
    expectReady(selector, [[key, EVENT_READ]]);
  });
});
