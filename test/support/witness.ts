import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What the kernel says is in an epoll set: masks by descriptor, EPOLLERR and EPOLLHUP always included. */
export function epollEntries(epfd: number): { fd: number; events: number; data: bigint }[] {
  const text = readFileSync(`/proc/self/fdinfo/${epfd}`, 'utf8');
  return [...text.matchAll(/^tfd:\s*(\d+) events:\s*([0-9a-f]+) data:\s*([0-9a-f]+)/gm)].map((match) => ({
    fd: Number(match[1]),
    events: parseInt(match[2], 16),
    data: BigInt(`0x${match[3]}`),
  }));
}

/** The descriptors that this process has open, with what they are: `'anon_inode:[eventpoll]'`, `'socket:[123]'`, ... */
export function openDescriptors(): Map<number, string> {
  const result = new Map<number, string>();
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      result.set(Number(name), readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      // The descriptor that lists the directory itself is gone by now.
    }
  }
  return result;
}

/** How many sockets, pipes and nameless files this process has open: files come and go with its other threads. */
export function openCount(): number {
  return [...openDescriptors().values()].filter((link) => /^(socket|pipe|anon_inode):/.test(link)).length;
}

/** Resident memory in bytes, as the kernel counts it. */
export function residentBytes(): number {
  const pages = readFileSync('/proc/self/statm', 'utf8').split(' ')[1];
  return Number(pages) * 4096;
}

/** How many descriptors this process's descriptor table has room for. */
export function descriptorTableSize(): number {
  return Number(/^FDSize:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}
