import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Two cores that share no execution units, so that two processes do not disturb each other. Empty where
 * there are none, or no taskset(1) to pin a process with.
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

/** The kernel's notation: 0-2,5 */
function parseList(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
