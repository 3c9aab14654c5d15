// The same as backends.h with this package.
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
/** Watches descriptors that are to be read. A turn waits once and visits each that is ready. */
type Backend = (fds: readonly number[], visit: Visit) => () => void;

function waitInto(fds: readonly number[], visit: Visit): () => void {
  const epoll = new Epoll();
  fds.forEach((fd, i) => epoll.register(fd, EPOLLIN, BigInt(i)));
  const list = new EpollEventList(fds.length);
  return () => {
    const count = epoll.waitInto(list);
    // The low half of the event data, be it a descriptor or not.
    for (let i = 0; i < count; i++) visit(list.fd(i));
  };
}

function watchedBy(selector: BaseSelector<number>, fds: readonly number[]): BaseSelector<number> {
  fds.forEach((fd, i) => selector.register(fd, EVENT_READ, i));
  return selector;
}

function select(make: (fds: readonly number[]) => BaseSelector<number>): Backend {
  return (fds, visit) => {
    const selector = watchedBy(make(fds), fds);
    return () => {
      for (const { key } of selector.select()) visit(key.data);
    };
  };
}

function selectEach(fds: readonly number[], visit: Visit): () => void {
  const selector = watchedBy(new EpollSelector(), fds);
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

/** Prints a figure, or why this number of descriptors is refused. */
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
