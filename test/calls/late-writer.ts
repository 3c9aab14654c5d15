import { inThread, sleeper } from '../support/threads.js';

/**
 * Another thread writes one byte as soon as this thread sleeps in one of these system calls. The event loop
 * itself sleeps in epoll_wait or epoll_pwait, so they cannot be among them.
 */
export async function writeOnceBlocked(fd: number, ...syscalls: string[]): Promise<void> {
  await inThread({ fd, waiter: sleeper(syscalls) }, (io, { fd, waiter }, untilBlocked) => {
    untilBlocked(waiter);
    io.fd.write(fd, 'x');
  });
}
