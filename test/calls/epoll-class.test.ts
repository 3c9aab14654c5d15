import { runInNewContext } from 'node:vm';
import { Epoll, EPOLL_CTL_DEL, EpollEventList, EPOLLIN, type FileObject } from 'io-selectors';
import { write } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { epollEntries } from '../support/witness.js';
import { openEpoll } from './epoll.js';

describe.runIf(has.epoll)('the class Epoll', () => {
  test.each<[string, unknown[]]>([
    ['ctl', [EPOLL_CTL_DEL, 0]],
    ['register', [0, EPOLLIN]],
    ['modify', [0, EPOLLIN]],
    ['unregister', [0]],
    ['wait', [0]],
    ['waitInto', [undefined, 0]],
    ['close', []],
  ])('throws a TypeError for %s on another object', (name, parameters) => {
    const method: unknown = Reflect.get(Epoll.prototype, name);
    if (typeof method !== 'function') throw new Error(`no method ${name}`);
    for (const self of [undefined, null, {}, Epoll.prototype, Object.create(Epoll.prototype), new EpollEventList(1)]) {
      expect(thrownBy(() => Reflect.apply(method, self, parameters))).toBeInstanceOf(TypeError);
    }
  });

  test.each(['fd', 'closed'])('throws a TypeError for the getter %s on another object', (name) => {
    const getter = Object.getOwnPropertyDescriptor(Epoll.prototype, name)?.get;
    expect(thrownBy(() => Reflect.apply(getter ?? (() => {}), {}, []))).toBeInstanceOf(TypeError);
  });

  test('cannot be called without new', () => {
    expect(thrownBy(() => Reflect.apply(Epoll, undefined, []))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => Reflect.apply(EpollEventList, undefined, [1]))).toBeInstanceOf(TypeError);
  });

  test('can be extended', () => {
    class Counting extends Epoll {
      calls = 0;
      override register(fd: FileObject, events: number): void {
        this.calls++;
        super.register(fd, events);
      }
    }
    const epoll = owned(new Counting());
    const [readFd, writeFd] = pipe();
    epoll.register(readFd, EPOLLIN);
    write(writeFd, 'x');
    expect(epoll.wait(0)).toEqual([{ fd: readFd, events: EPOLLIN }]);
    expect(epoll.calls).toBe(1);
    expect(epoll).toBeInstanceOf(Epoll);
  });

  test('accepts file objects and options from another realm', () => {
    const epoll = openEpoll();
    const [readFd, writeFd] = pipe();
    const foreign: FileObject[] = runInNewContext('[{ fd: a }, { fileno: () => b }]', { a: readFd, b: writeFd });
    for (const object of foreign) epoll.register(object, EPOLLIN);
    expect(new Set(epollEntries(epoll.fd).map(({ fd }) => fd))).toEqual(new Set([readFd, writeFd]));
    const options: { cloexec: boolean } = runInNewContext('({ cloexec: false })');
    expect(owned(new Epoll(options)).closed).toBe(false);
    const bare: FileObject = runInNewContext('({})');
    expectError(() => epoll.register(bare, EPOLLIN), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
  });
});
