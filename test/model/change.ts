import type { File } from './file.js';
import type { Change } from './operation.js';
import * as traffic from './traffic.js';
import type { Slot, World } from './world.js';

/** Does something to an open descriptor. */
export function change(world: World, slot: Slot, file: File, step: Extract<Change, { slot: number }>): void {
  switch (step.op) {
    case 'close':
      return world.close(slot, step.by);
    case 'dup':
      return world.dup(slot, step.at);
    case 'dup2': {
      const over = world.slots.get(step.over);
      return over && world.dup2(slot.fd, file, over);
    }
    case 'write':
      return traffic.write(slot, step.size);
    case 'fill':
      return traffic.fill(slot);
    case 'read':
      return traffic.read(slot, step.size);
    case 'drain':
      return traffic.drain(slot);
    case 'shutdown':
      return traffic.shutdown(slot, step.how);
    default:
      return traffic.urgent(slot);
  }
}
