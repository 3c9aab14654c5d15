import { EPOLLIN } from 'io-selectors';

const ALL = ['pipe', 'stream', 'dgram', 'tcp', 'eventfd', 'file', 'null'] as const;
export type Kind = (typeof ALL)[number];
/** A build for another system than Linux has neither epoll's constants nor eventfds. */
export const KINDS: readonly Kind[] = ALL.filter((kind) => kind !== 'eventfd' || EPOLLIN !== 0);
/** The kinds that come as two connected ends. */
export const PAIRS: ReadonlySet<Kind> = new Set(['pipe', 'stream', 'dgram', 'tcp']);

/** An open file description: duplicates of a descriptor share it. */
export class File {
  readonly kind: Kind | 'epoll';
  readonly name: string;
  /** The other end. */
  peer: File | undefined;
  /** How many descriptors refer to it. */
  descriptors = 0;
  /** Counts what may have made it ready. */
  activity = 0;

  constructor(kind: Kind | 'epoll', name: string = kind) {
    this.kind = kind;
    this.name = name;
  }

  get isOpen(): boolean {
    return this.descriptors > 0;
  }

  /** Whether epoll refuses it because it never blocks. */
  get isUnpollable(): boolean {
    return this.kind === 'file' || this.kind === 'null';
  }

  get isSocket(): boolean {
    return this.kind === 'stream' || this.kind === 'dgram' || this.kind === 'tcp';
  }

  touch(): void {
    this.activity++;
    if (this.peer !== undefined) this.peer.activity++;
  }
}
