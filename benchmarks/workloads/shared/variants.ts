// The variants of workloads that run on every back end, in the order of the tables.

export const C_VARIANTS = ['select', 'select+thread', 'poll', 'poll+thread', 'epoll', 'epoll+thread'];

export const OUR_VARIANTS = [
  'SelectSelector.select',
  'SelectSelector.select+fdSetSize',
  'PollSelector.select',
  'Epoll.waitInto',
  'EpollSelector.select',
];

export const PYTHON_VARIANTS = ['SelectSelector', 'PollSelector', 'EpollSelector'];
