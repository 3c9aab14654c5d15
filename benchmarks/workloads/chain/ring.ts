// The counterpart of ring.h with this package.
import { close, dup2, read, write } from 'io-selectors/fd';
import { MessageList, SOCK_STREAM, socketPair } from 'io-selectors/socket';

export const HOPS = 5000;
const ACTIVE = 100;
/** An upper bound on the other descriptors of a program. */
const SPARE = 100;

/**
 * Tokens that go round a ring of socket pairs: each is read from one pair and written to the next. A run starts with
 * up to ACTIVE tokens at equal distances and ends after HOPS writes and as many reads.
 */
export class Ring {
  readonly readers: number[] = [];
  readonly #writers: number[] = [];
  /** The pairs whose tokens passOnCollected() will pass on. */
  readonly #collected: number[] = [];
  readonly #list: MessageList;
  readonly #token = Buffer.from('x');
  readonly #block = Buffer.alloc(1);
  #unwritten = 0;
  #unread = 0;

  /** Gives the lowest numbers to the read ends by moving the write ends out of their way. */
  constructor(pairs: number) {
    this.#list = new MessageList(pairs, 1);
    for (let i = 0; i < pairs; i++) {
      const [reader, writer] = socketPair(SOCK_STREAM, { blocking: false }).map((end) => end.detach());
      this.readers.push(reader);
      this.#writers.push(dup2(writer, pairs + SPARE + i));
      close(writer);
    }
  }

  get over(): boolean {
    return this.#unread === 0;
  }

  start(): void {
    const pairs = this.readers.length;
    const active = Math.min(pairs, ACTIVE);
    this.#unwritten = this.#unread = HOPS;
    for (let i = 0; i < active; i++) this.#passTo(Math.floor((i * pairs) / active));
  }

  /** Reads the token of a pair and writes it to the next. */
  passOn(pair: number): void {
    if (read(this.readers[pair], this.#block) !== 1) throw new Error('read: no token');
    this.#unread--;
    if (this.#unwritten > 0) this.#passTo(this.#after(pair));
  }

  /** Notes that a pair has a token. */
  collect(pair: number): void {
    this.#collected.push(pair);
    this.#list.add(this.readers[pair]);
  }

  /** Receives the tokens of all collected pairs in one call, and sends them on in another. */
  passOnCollected(): void {
    const list = this.#list;
    if (list.recvMany() !== list.length) throw new Error('recv: no token');
    this.#unread -= list.length;
    list.clear();
    for (const pair of this.#collected) {
      if (this.#unwritten === 0) break;
      this.#unwritten--;
      list.add(this.#writers[this.#after(pair)], this.#token);
    }
    if (list.sendMany() !== list.length) throw new Error('send: no room');
    list.clear();
    this.#collected.length = 0;
  }

  #after(pair: number): number {
    return pair + 1 < this.readers.length ? pair + 1 : 0;
  }

  #passTo(pair: number): void {
    this.#unwritten--;
    if (write(this.#writers[pair], this.#token) !== 1) throw new Error('write: no room');
  }
}
