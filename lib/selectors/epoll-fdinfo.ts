import { fileSystem } from '../core/file-system.js';

/**
 * The generations of the entries of an epoll instance, by descriptor: proc_pid_fdinfo(5). undefined if that cannot
 * be read.
 */
export function generationsOf(epfd: number): Map<number, Set<number>> | undefined {
  const { readFileSync } = fileSystem();
  let text: string;
  try {
    text = readFileSync(`/proc/self/fdinfo/${epfd}`, 'latin1');
  } catch {
    return undefined;
  }
  const generations = new Map<number, Set<number>>();
  for (const [, fd, high = ''] of text.matchAll(/^tfd: +(\d+) events: +[\da-f]+ data: +([\da-f]*?)[\da-f]{8} /gmu)) {
    const known = generations.get(Number(fd)) ?? new Set();
    generations.set(Number(fd), known.add(Number.parseInt(`0${high}`, 16)));
  }
  return generations;
}
