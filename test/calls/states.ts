import { fileStates } from './file-states.js';
import { pipeStates } from './pipe-states.js';
import { socketStates } from './socket-states.js';

/** A state, how a descriptor gets into it, and what each system call says of it. `-`: nothing. */
export type State = [
  name: string,
  make: () => number,
  poll: string,
  pollWithoutEvents: string,
  epoll: string,
  select: string,
];

export const states: State[] = [...pipeStates, ...socketStates, ...fileStates];
