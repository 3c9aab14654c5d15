import { isIPv6 } from 'node:net';
import { type BaseSelector, EVENT_READ, EVENT_WRITE } from '../index.js';
import { SO_REUSEADDR, Socket, SOL_SOCKET, AF_INET, AF_INET6 } from '../socket.js';
import { codeOf } from './error-code.js';

/** What is called when a descriptor is ready: the data of its key, as in the example of Python's selectors. */
export type Handler = (events: number) => void;

/** One block for all connections: what a send does not take at once is copied out of it. */
const block = Buffer.allocUnsafe(65536);

/** A TCP server that sends back what it receives, on a selector of the caller's. */
export class EchoServer implements Disposable {
  /** How often the kernel was asked. */
  waits = 0;
  accepted = 0;
  highestFd = 0;
  /** How often the peer did not take all that it had sent, so that EVENT_WRITE had to be waited for. */
  partialWrites = 0;
  /** Why the selector refused a connection, where it did: the last reason. */
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

  /** Serves until done() says so after a wait, or the last connection is finished. Blocks the thread. */
  serve(done: () => boolean = () => false): void {
    while (!done() && !(this.#finishing && this.connections === 0)) {
      this.waits++;
      // Passes over connections that a handler of the same wait has ended.
      this.#selector.selectEach((key, events) => key.data(events));
    }
  }

  /**
   * Accepts no more, and ends each connection as soon as all is sent back that has arrived. One whose peer keeps
   * sending, or takes nothing, does not end.
   */
  finish(): void {
    // Their peers believe them connected.
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
    this.#listener.setOption(SOL_SOCKET, SO_REUSEADDR, true);
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
      // A listener that cannot be served stays readable: look away until a connection ends.
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
        // Nothing more comes, or nothing more is waited for.
        if (count === 0 || (count === null && this.#finishing)) return this.#drop(socket);
        if (count === null || !this.#send(socket, block.subarray(0, count)) || !this.#finishing) return;
      }
    });
  }

  /**
   * Sends what the peer takes now. The rest waits for EVENT_WRITE, and nothing more is read until it is gone.
   * @returns whether that was all
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
