import { readlinkSync } from 'node:fs';
import { inThread, syscallNumbers } from '../support/threads.js';

/**
 * Another thread writes one byte as soon as this thread sleeps in one of these system calls. The event loop
 * itself sleeps in epoll_wait or epoll_pwait, so they cannot be among them.
 */
export async function writeOnceBlocked(fd: number, ...syscalls: string[]): Promise<void> {
  const input = { fd, thread: readlinkSync('/proc/thread-self'), numbers: syscallNumbers(syscalls) };
  await inThread(input, (io, { fd, thread, numbers }) => {
    const { readFileSync } = process.getBuiltinModule('node:fs');
    for (;;) {
      const [current] = readFileSync(`/proc/${thread}/syscall`, 'utf8').split(' ');
      const sleeping = /^State:\s*S/m.test(readFileSync(`/proc/${thread}/status`, 'utf8'));
      if (sleeping && numbers.includes(Number(current))) return io.fd.write(fd, 'x');
    }
  });
}
