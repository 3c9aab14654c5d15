import { read } from 'io-selectors/fd';
import { onTestFinished } from 'vitest';
import { ownedFd } from '../support/descriptors.js';
import { compile } from '../support/processes.js';
import { openDescriptors } from '../support/witness.js';

const SOURCE = `
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

__attribute__((constructor)) static void open_signalfd(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0 || signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK) < 0) return;
  raise(SIGUSR2);
}
`;
let library: string | undefined;

/**
 * A signalfd(2) with a signal pending for this thread. Node cannot make one, and only the thread with the
 * pending signal can read it, so this loads a library whose constructor makes it.
 */
export function pendingSignalFd(): number {
  const before = openDescriptors();
  library ??= compile(SOURCE, ['-shared', '-fPIC']);
  try {
    process.dlopen({ exports: {} }, library);
  } catch {
    // The library is no addon, but its constructor has run.
  }
  const made = [...openDescriptors()].find(([fd, link]) => link === 'anon_inode:[signalfd]' && !before.has(fd));
  if (made === undefined) throw new Error('no signalfd was made');
  const fd = ownedFd(made[0]);
  onTestFinished(() => {
    read(fd, Buffer.alloc(128));
  });
  return fd;
}
