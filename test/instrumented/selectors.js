import { availableBackends, EpollSelector, PollSelector, SelectSelector } from '../../dist/index.js';

const classes = { select: SelectSelector, poll: PollSelector, epoll: EpollSelector };

/** The classes of every back end of this machine. */
export const Selectors = availableBackends().map((backend) => classes[backend]);
