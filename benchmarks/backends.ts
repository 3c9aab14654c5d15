// The variants of peers that wait with each back end, in the order of the tables.

export const IN_C = ['select', 'select+thread', 'poll', 'poll+thread', 'epoll'];
export const OURS = [
  'SelectSelector.select',
  'SelectSelector.select+fdSetSize',
  'PollSelector.select',
  'Epoll.waitInto',
  'EpollSelector.select',
];
export const IN_PYTHON = ['SelectSelector', 'PollSelector', 'EpollSelector'];
