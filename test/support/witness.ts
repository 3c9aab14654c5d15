import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { has } from './capability.js';
import { openNumbers } from './callables.js';

/** The entries of an epoll set according to the kernel, which adds EPOLLERR and EPOLLHUP to every mask. */
export function epollEntries(epfd: number, pid = 'self'): { fd: number; events: number; data: bigint }[] {
  const text = readFileSync(`/proc/${pid}/fdinfo/${epfd}`, 'utf8');
  return [...text.matchAll(/^tfd:\s*(\d+) events:\s*([0-9a-f]+) data:\s*([0-9a-f]+)/gm)].map((match) => ({
    fd: Number(match[1]),
    events: parseInt(match[2], 16),
    data: BigInt(`0x${match[3]}`),
  }));
}

/**
 * This process's open descriptors and what they link to: `'anon_inode:[eventpoll]'`, `'socket:[123]'`, ... Without
 * /proc only its sockets, as `'socket:'`.
 */
export function openDescriptors(): Map<number, string> {
  const result = new Map<number, string>();
  if (!has.proc) {
    for (const number of openNumbers()) result.set(number, 'socket:');
    return result;
  }
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      result.set(Number(name), readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      // This one listed the directory, and is closed.
    }
  }
  return result;
}

/** How many sockets, pipes and anonymous files are open. */
export function openCount(): number {
  return openNumbers().length;
}

/** Resident memory in bytes, as the kernel counts it. */
export function residentBytes(): number {
  const pages = readFileSync('/proc/self/statm', 'utf8').split(' ')[1];
  return Number(pages) * 4096;
}

/** The size of this process's descriptor table. */
export function descriptorTableSize(): number {
  return Number(/^FDSize:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}
