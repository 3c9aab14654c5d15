// The npm package epoll. It is not a dependency, because installing it needs a compiler:
// npm install --no-save epoll@4.0.2
import { createRequire } from 'node:module';

/** All objects share one epoll instance and one thread, which waits for one event at a time. */
interface Epoll {
  add(fd: number, events: number): void;
  modify(fd: number, events: number): void;
  remove(fd: number): void;
  close(): void;
}

interface EpollPackage {
  readonly Epoll: {
    new (callback: (error: Error | null, fd: number, events: number) => void): Epoll;
    readonly EPOLLIN: number;
    readonly EPOLLOUT: number;
  };
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the package has no types
export const { Epoll } = createRequire(import.meta.url)('epoll') as EpollPackage;
