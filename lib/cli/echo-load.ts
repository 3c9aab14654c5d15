import { randomBytes, randomInt } from 'node:crypto';
import { type BaseSelector, DefaultSelector, EVENT_READ, EVENT_WRITE } from '../index.js';
import { Socket } from '../socket.js';
import { codeOf } from './error-code.js';
import { Progress } from './progress.js';
import { shrinkBuffers } from './shrink-buffers.js';
import { SPARE_DESCRIPTORS } from './spare-descriptors.js';

/** What the load found, sent to the server's process. */
export interface LoadResult {
  verified: number;
  seconds: number;
}

const LONGEST_MESSAGE = 65536;
/** How many connections are made at a time: every listener's backlog has room for that many. */
const CONNECTING = 100;

type Handler = (events: number) => void;

/** Messages are slices of this, so that each has other content and needs no memory of its own. */
const noise = randomBytes(2 * LONGEST_MESSAGE);
const received = Buffer.allocUnsafe(LONGEST_MESSAGE);

class ServerGoneError extends Error {}

export function isServerGone(error: unknown): boolean {
  return error instanceof ServerGoneError || ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '');
}

/** One connection: sends a message, receives and compares it, and goes on to the next. */
class Client {
  readonly #load: EchoLoad;
  readonly #port: number;
  readonly #socket = new Socket();
  #message = noise.subarray(0, 0);
  #sent = 0;
  #verified = 0;
  #left: number;

  constructor(load: EchoLoad, port: number, messages: number) {
    this.#load = load;
    this.#port = port;
    this.#left = messages;
  }

  connect(): void {
    shrinkBuffers(this.#socket);
    this.#socket.setBlocking(false);
    this.#socket.connect({ address: '127.0.0.1', port: this.#port });
    this.#load.selector.register(this.#socket, EVENT_WRITE, () => this.#connected());
  }

  #connected(): void {
    const error = this.#socket.takeError();
    if (error !== null) throw error;
    this.#load.selector.modify(this.#socket, EVENT_READ, () => this.#verify());
    this.#load.connected();
  }

  /** Sends the next message; closes the connection after the last. */
  next(): void {
    if (this.#left-- === 0) {
      this.#load.selector.unregister(this.#socket);
      this.#socket.close();
      this.#load.finished();
      return;
    }
    const start = randomInt(LONGEST_MESSAGE);
    this.#message = noise.subarray(start, start + randomInt(1, LONGEST_MESSAGE + 1));
    this.#sent = this.#verified = 0;
    this.#load.selector.modify(this.#socket, EVENT_READ | EVENT_WRITE, (events) => this.#ready(events));
  }

  #ready(events: number): void {
    if (events & EVENT_WRITE && this.#sent < this.#message.length) {
      this.#sent += this.#socket.send(this.#message.subarray(this.#sent)) ?? 0;
      if (this.#sent === this.#message.length) this.#load.selector.modify(this.#socket, EVENT_READ);
    }
    if (events & EVENT_READ) this.#verify();
  }

  #verify(): void {
    const count = this.#socket.recvInto(received);
    if (count === null) return;
    if (count === 0) throw new ServerGoneError('the server closed a connection');
    const expected = this.#message.subarray(this.#verified, this.#verified + count);
    if (!expected.equals(received.subarray(0, count))) throw new Error('a message came back changed');
    this.#verified += count;
    if (this.#verified < this.#message.length) return;
    this.#load.verified();
    this.next();
  }
}

/** All connections of a load, on one selector. Nothing is sent before all of them are open. */
export class EchoLoad {
  readonly selector: BaseSelector<Handler>;
  readonly #progress: Progress;
  readonly #clients: Client[];
  #toConnect: number;
  #connected = 0;
  #finished = 0;
  #verified = 0;

  constructor(label: string, port: number, connections: number, messages: number) {
    // Only select has such a limit, and only it heeds the option.
    this.selector = new DefaultSelector<Handler>({ fdSetSize: connections + SPARE_DESCRIPTORS });
    this.#toConnect = connections;
    this.#clients = Array.from({ length: connections }, () => new Client(this, port, messages));
    this.#progress = new Progress(label, connections * messages, 'messages verified');
  }

  run(): LoadResult {
    const start = performance.now();
    for (let i = 0; i < CONNECTING; i++) this.#connectNext();
    while (this.#finished < this.#clients.length) {
      for (const { key, events } of this.selector.select()) key.data(events);
    }
    this.#progress.end();
    this.selector.close();
    return { verified: this.#verified, seconds: (performance.now() - start) / 1000 };
  }

  connected(): void {
    this.#connectNext();
    if (++this.#connected === this.#clients.length) for (const client of this.#clients) client.next();
  }

  verified(): void {
    this.#progress.show(++this.#verified);
  }

  finished(): void {
    this.#finished++;
  }

  #connectNext(): void {
    if (this.#toConnect > 0) this.#clients[--this.#toConnect].connect();
  }
}
