import { readFileSync } from 'node:fs';

/** Processor time of this thread, in milliseconds, in steps of 10. The kernel counts it in hundredths of a second. */
export function threadCpuMs(): number {
  const text = readFileSync('/proc/thread-self/stat', 'utf8');
  // The name, in parentheses, may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** How long a call took on the clock, and how much of it on the processor. */
export function timed<T>(call: () => T): { result: T; elapsedMs: number; cpuMs: number } {
  const cpu = threadCpuMs();
  const start = performance.now();
  const result = call();
  return { result, elapsedMs: performance.now() - start, cpuMs: threadCpuMs() - cpu };
}
