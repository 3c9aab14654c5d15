import { has } from './capability.js';

/**
 * The system calls that errors name, where builds differ. Linux opens a descriptor with its flags in one call, where
 * POSIX needs fcntl(2) after it, and has calls that wait for a fraction of a millisecond.
 */
export const syscalls =
  has.linuxBuild
    ? {
        pipe: 'pipe2',
        dup2: 'dup3',
        accept: 'accept4',
        recvFrom: 'recvfrom',
        openWaker: 'eventfd',
        selectFraction: 'pselect6',
        pollFraction: 'ppoll',
      }
    : {
        pipe: 'pipe',
        dup2: 'dup2',
        accept: 'accept',
        recvFrom: 'recvmsg',
        openWaker: 'pipe',
        selectFraction: 'pselect',
        pollFraction: 'poll',
      };
