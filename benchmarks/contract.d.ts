// Until the package has these: delete this file then.
import type { ReadyEvent } from 'io-selectors';

declare module 'io-selectors' {
  class Waker {
    constructor(fd: number);
    wake(): void;
    share(): number;
    close(): void;
  }
  interface EpollSelector<D = unknown> {
    readonly waker: Waker;
    selectAsync(options?: { timeoutMs?: number | null; signal?: AbortSignal }): Promise<ReadyEvent<D>[]>;
  }
}
