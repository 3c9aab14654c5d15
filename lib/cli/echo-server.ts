import { isIPv6 } from 'node:net';
import { type BaseSelector, EVENT_READ, EVENT_WRITE } from '../index.js';
import { AF_INET, AF_INET6, SO_EXCLUSIVEADDRUSE, SO_REUSEADDR, Socket, SOL_SOCKET } from '../socket.js';
import { codeOf } from './error-code.js';

/** Called when a descriptor is ready: the data of its key, as in the example of Python's selectors. */
export type Handler = (events: number) => void;

/** One block for all connections. What a send does not take at once is copied out of it. */
const block = Buffer.allocUnsafe(65536);

/** A TCP server that sends back what it receives, on a selector of the caller's. */
export class EchoServer implements Disposable {
  /** How many times the kernel was asked. */
  waits = 0;
  accepted = 0;
  highestFd = 0;
  /** How many times a peer did not take everything at once, so that the server waited for EVENT_WRITE. */
  partialWrites = 0;
  /** The last error with which the selector refused a connection. */
  refusal: Error | undefined;

  readonly #selector: BaseSelector<Handler>;
  readonly #listener: Socket;
  readonly #connections = new Set<Socket>();
  readonly #prepare: (socket: Socket) => void;
  #accepting = false;
  #finishing = false;

  /**
   * @param prepare sets options of the listener, which its connections inherit
   * @throws SystemError EADDRINUSE, EADDRNOTAVAIL, EACCES
   */
  constructor(
    selector: BaseSelector<Handler>,
    { host, port, prepare = () => {} }: { host: string; port: number; prepare?: (listener: Socket) => void },
  ) {
    this.#selector = selector;
    this.#prepare = prepare;
    this.#listener = new Socket(isIPv6(host) ? AF_INET6 : AF_INET);
    try {
      this.#listen(host, port);
    } catch (error) {
      this.#listener.close();
      throw error;
    }
  }

  get port(): number {
    const address = this.#listener.localAddress();
    return 'port' in address ? address.port : 0;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Serves until done() returns true after a wait, or the last connection has ended. Blocks the thread. */
  serve(done: () => boolean = () => false): void {
    while (!done() && !(this.#finishing && this.connections === 0)) {
      this.waits++;
      // Skips connections that a handler of the same wait has ended.
      this.#selector.selectEach((key, events) => key.data(events));
    }
  }

  /**
   * Accepts no more, and ends each connection once everything that has arrived was sent back. A connection whose
   * peer keeps sending, or takes nothing, does not end.
   */
  finish(): void {
    // Their peers believe that they are connected.
    if (this.#accepting) this.#accept();
    this.#finishing = true;
    this.#stopListening();
    for (const socket of this.#connections) {
      if (this.#selector.getKey(socket).events === EVENT_READ) this.#echo(socket);
    }
  }

  close(): void {
    for (const socket of this.#connections) this.#drop(socket);
    this.#stopListening();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #listen(host: string, port: number): void {
    // Where there is the former, the latter would let other programs take the port away.
    this.#listener.setOption(SOL_SOCKET, SO_EXCLUSIVEADDRUSE || SO_REUSEADDR, true);
    this.#prepare(this.#listener);
    this.#listener.setBlocking(false);
    this.#listener.bind({ address: host, port });
    this.#listener.listen();
    this.#startAccepting();
  }

  #startAccepting(): void {
    this.#selector.register(this.#listener, EVENT_READ, () => this.#accept());
    this.#accepting = true;
  }

  #stopAccepting(): void {
    if (this.#accepting) this.#selector.unregister(this.#listener);
    this.#accepting = false;
  }

  #stopListening(): void {
    this.#stopAccepting();
    this.#listener.close();
  }

  #accept(): void {
    try {
      for (let next = this.#listener.accept(); next !== null; next = this.#listener.accept()) this.#admit(next.socket);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ECONNABORTED') return;
      if (code !== 'EMFILE' && code !== 'ENFILE') throw error;
      // A listener that cannot be served stays readable: stop watching it until a connection ends.
      this.#stopAccepting();
    }
  }

  #admit(socket: Socket): void {
    try {
      this.#selector.register(socket, EVENT_READ, () => this.#echo(socket));
    } catch (error) {
      socket.close();
      if (!(error instanceof Error) || codeOf(error) !== 'ERR_FD_SETSIZE') throw error;
      this.refusal = error;
      return;
    }
    this.#connections.add(socket);
    this.accepted++;
    this.highestFd = Math.max(this.highestFd, socket.fd);
  }

  #echo(socket: Socket): void {
    this.#orDrop(socket, () => {
      for (;;) {
        const count = socket.recvInto(block);
        // Nothing more arrives, or nothing more is wanted.
        if (count === 0 || (count === null && this.#finishing)) return this.#drop(socket);
        if (count === null || !this.#send(socket, block.subarray(0, count)) || !this.#finishing) return;
      }
    });
  }

  /**
   * Sends what the peer takes now. The rest waits for EVENT_WRITE, and nothing is read until it is sent.
   * @returns whether everything was sent
   */
  #send(socket: Socket, data: Buffer): boolean {
    const sent = socket.send(data) ?? 0;
    if (sent === data.length) return true;
    this.partialWrites++;
    let rest = Buffer.from(data.subarray(sent));
    this.#selector.modify(socket, EVENT_WRITE, () => {
      this.#orDrop(socket, () => {
        rest = rest.subarray(socket.send(rest) ?? 0);
        if (rest.length > 0) return;
        this.#selector.modify(socket, EVENT_READ, () => this.#echo(socket));
        if (this.#finishing) this.#echo(socket);
      });
    });
    return false;
  }

  /** A peer that is gone ends its connection, not the server. */
  #orDrop(socket: Socket, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (codeOf(error) !== 'ECONNRESET' && codeOf(error) !== 'EPIPE' && codeOf(error) !== 'ETIMEDOUT') throw error;
      this.#drop(socket);
    }
  }

  #drop(socket: Socket): void {
    this.#selector.unregister(socket);
    this.#connections.delete(socket);
    socket.close();
    if (!this.#accepting && !this.#finishing) this.#startAccepting();
  }
}
