import { readFileSync } from 'node:fs';

/** CPU time of this thread in milliseconds, in steps of 10: the kernel counts hundredths of a second. */
export function threadCpuMs(): number {
  const text = readFileSync('/proc/thread-self/stat', 'utf8');
  // The name, in parentheses, may contain spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Measures how long a call takes, and how much CPU time. */
export function timed<T>(call: () => T): { result: T; elapsedMs: number; cpuMs: number } {
  const cpu = threadCpuMs();
  const start = performance.now();
  const result = call();
  return { result, elapsedMs: performance.now() - start, cpuMs: threadCpuMs() - cpu };
}
