import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Two cores that are not hyper-threads of each other, so that two pinned processes do not share execution units.
 * Empty if there are no two such cores, or no taskset(1) to pin a process with.
 */
export function twoCores(): number[] {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    const status = readFileSync('/proc/self/status', 'utf8');
    const allowed = parseList(/^Cpus_allowed_list:\s*(\S+)/mu.exec(status)?.[1] ?? '');
    const second = allowed.find((core) => !siblings(allowed[0]).includes(core));
    return second === undefined ? [] : [allowed[0], second];
  } catch {
    return [];
  }
}

/** The core itself and its hyper-threads. */
function siblings(core: number): number[] {
  return parseList(readFileSync(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`, 'utf8'));
}

/** Parses the kernel's list format: 0-2,5 */
function parseList(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
