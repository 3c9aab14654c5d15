import { setTimeout } from 'node:timers/promises';

/** Resolves once a condition holds that no event announces: it is checked every millisecond. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(1);
}
