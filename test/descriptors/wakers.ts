import type { BaseSelector } from 'io-selectors';
import { inThread, sleeper } from '../support/threads.js';

/** Wakes a selector from another thread, and resolves when that is done. */
export async function wakeFromThread(selector: BaseSelector, times = 1): Promise<void> {
  const thread = await inThread({ fd: selector.waker.share(), times }, (io, input) => {
    const waker = new io.Waker(input.fd);
    for (let i = 0; i < input.times; i++) waker.wake();
    waker.close();
  });
  await thread.result;
}

/**
 * Another thread wakes a selector as soon as this thread sleeps in one of these system calls. The returned
 * function arms it: before the call, the event loop may sleep in one of them too.
 */
export async function wakeOnceBlocked(selector: BaseSelector, syscalls: string[]): Promise<() => void> {
  const armed = new Int32Array(new SharedArrayBuffer(4));
  const input = { fd: selector.waker.share(), waiter: sleeper(syscalls), armed };
  await inThread(input, (io, { fd, waiter, armed }, untilBlocked) => {
    Atomics.wait(armed, 0, 0);
    untilBlocked(waiter);
    const waker = new io.Waker(fd);
    waker.wake();
    waker.close();
  });
  return () => {
    Atomics.store(armed, 0, 1);
    Atomics.notify(armed, 0);
  };
}
