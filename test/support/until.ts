import { setTimeout } from 'node:timers/promises';

/** Resolves once a condition holds. For conditions without an event: checks every millisecond. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(1);
}
