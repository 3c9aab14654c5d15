// The counterpart of backends.h with this package.
import {
  type BaseSelector,
  Epoll,
  EPOLLIN,
  EpollEventList,
  EpollSelector,
  EVENT_READ,
  PollSelector,
  SelectSelector,
} from 'io-selectors';

type Visit = (index: number) => void;
/** Registers descriptors for reading and returns a turn, which waits once and visits each ready descriptor. */
type Backend = (fds: readonly number[], visit: Visit) => () => void;

function waitInto(fds: readonly number[], visit: Visit): () => void {
  const epoll = new Epoll();
  fds.forEach((fd, i) => epoll.register(fd, EPOLLIN, BigInt(i)));
  const list = new EpollEventList(fds.length);
  return () => {
    const count = epoll.waitInto(list);
    // fd() is the low half of the event data, which holds the index here.
    for (let i = 0; i < count; i++) visit(list.fd(i));
  };
}

function registerAll(selector: BaseSelector<number>, fds: readonly number[]): void {
  fds.forEach((fd, i) => selector.register(fd, EVENT_READ, i));
}

function select(make: (fds: readonly number[]) => BaseSelector<number>): Backend {
  return (fds, visit) => {
    const selector = make(fds);
    registerAll(selector, fds);
    return () => {
      for (const { key } of selector.select()) visit(key.data);
    };
  };
}

function selectEach(fds: readonly number[], visit: Visit): () => void {
  const selector = new EpollSelector<number>();
  registerAll(selector, fds);
  const visitKey = (key: { readonly data: number }) => visit(key.data);
  return () => {
    selector.selectEach(visitKey);
  };
}

const backends: Record<string, Backend> = {
  'Epoll.waitInto': waitInto,
  'SelectSelector.select': select(() => new SelectSelector()),
  'SelectSelector.select+fdSetSize': select((fds) => new SelectSelector({ fdSetSize: Math.max(...fds) + 1 })),
  'PollSelector.select': select(() => new PollSelector()),
  'EpollSelector.select': select(() => new EpollSelector()),
  'EpollSelector.selectEach': selectEach,
};

export function backendNamed(name: string): Backend {
  const backend = backends[name];
  if (backend === undefined) throw new Error(`${name}: no such back end`);
  return backend;
}

/** Prints a figure, or why this many descriptors are refused. */
export function printFigure(name: string, measure: () => number): void {
  let answer: Record<string, number | string>;
  try {
    answer = { [name]: measure() };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_FD_SETSIZE')) throw error;
    answer = { refused: `${error.code}: ${error.message}` };
  }
  console.log(JSON.stringify(answer));
}
