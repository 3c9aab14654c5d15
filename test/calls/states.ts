import { has } from '../support/capability.js';
import { fileStates } from './file-states.js';
import { pipeStates } from './pipe-states.js';
import { socketStates, winsockStates } from './socket-states.js';

/** A state, how to bring a descriptor into it, and what each system call reports then; `-` is nothing. */
export type State = [
  name: string,
  make: () => number,
  poll: string,
  pollWithoutEvents: string,
  epoll: string,
  select: string,
];

export const states: State[] = has.fileDescriptors
  ? [...pipeStates, ...socketStates, ...fileStates]
  : winsockStates;
