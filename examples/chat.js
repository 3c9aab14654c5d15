// A chat server: a line from one client goes to all others. Each has a bounded queue; a client that reads too slowly is
// dropped and never delays the others.
//   node examples/chat.js --port 8082     and in several terminals: nc 127.0.0.1 8082
import { parseArgs } from 'node:util';
import { DefaultSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { signals } from 'io-selectors/fd';
import { SO_REUSEADDR, SO_SNDBUF, Socket, SOL_SOCKET } from 'io-selectors/socket';

const MAX_LINE = 1024;
const MAX_QUEUE = 65536;
/** @type {DefaultSelector<(events: number) => void>} */
const selector = new DefaultSelector();
const listener = new Socket();
/** @type {Set<Client>} */
const clients = new Set();
const block = Buffer.allocUnsafe(4096);
/** @type {string[]} */
const departures = [];
let guests = 0;
const isSystemError = (/** @type {unknown} */ error) => error instanceof Error && 'syscall' in error;

class Client {
  name = `guest ${++guests}`;
  #input = '';
  /** The buffers are shared: each message is in memory once, however many clients wait for it. @type {Buffer[]} */
  #queue = [];
  #queued = 0;
  #decoder = new TextDecoder();

  /** @param {Socket} socket */
  constructor(socket) {
    this.socket = socket;
    selector.register(socket, EVENT_READ, (events) => this.#handle(events));
    clients.add(this);
  }

  /** Queues a message; sent once the socket is writable. @param {Buffer} message */
  post(message) {
    this.#queue.push(message);
    this.#queued += message.length;
    if (this.#queued > MAX_QUEUE) return this.drop('is too slow');
    selector.modify(this.socket, EVENT_READ | EVENT_WRITE);
  }

  /** @param {string} reason */
  drop(reason) {
    if (!clients.delete(this)) return;
    selector.unregister(this.socket);
    this.socket.close();
    listen();
    departures.push(`${this.name} ${reason}`);
  }

  /** @param {number} events */
  #handle(events) {
    try {
      if (events & EVENT_WRITE) this.#send();
      if (events & EVENT_READ) this.#receive();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.drop('is gone');
    }
  }

  #send() {
    // One call, however many messages there are.
    const data = Buffer.concat(this.#queue);
    const sent = this.socket.send(data) ?? 0;
    this.#queued -= sent;
    this.#queue = sent < data.length ? [data.subarray(sent)] : [];
    if (this.#queued === 0) selector.modify(this.socket, EVENT_READ);
  }

  /** Receives once, so that a client that never pauses cannot starve the others. */
  #receive() {
    const count = this.socket.recvInto(block);
    if (count === null) return;
    const text = this.#decoder.decode(block.subarray(0, count), { stream: count > 0 });
    const lines = (this.#input + text).split('\n');
    // At the end of the stream, the rest is a line as well.
    this.#input = count > 0 ? (lines.pop() ?? '') : '';
    for (const line of lines) if (line !== '') broadcast(`${this.name}: ${line}`, this);
    if (count === 0) this.drop('has left');
    if (this.#input.length > MAX_LINE) this.drop('writes lines that are too long');
  }
}

/** @param {string} text @param {Client} [author] */
function broadcast(text, author) {
  // Control characters could drive the terminals of the others.
  const message = Buffer.from(`${text.replace(/\p{Cc}/gu, '')}\n`);
  for (const client of clients) if (client !== author) client.post(message);
}

function listen() {
  if (!selector.getMap().has(listener.fd)) selector.register(listener, EVENT_READ, accept);
}

function accept() {
  try {
    for (let next = listener.accept(); next !== null; next = listener.accept()) {
      if (next.socket.fd > selector.features.maxFd) next.socket.close();  // past FD_SETSIZE, with select
      else broadcast(`${new Client(next.socket).name} has come`);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    selector.unregister(listener);  // EMFILE: it would stay ready, so look away for a while
  }
}

try {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8082' }, help: { type: 'boolean' } } });
  if (values.help) { console.log('node examples/chat.js [--port N]'); process.exit(); }
  listener.setOption(SOL_SOCKET, SO_REUSEADDR, true);
  // Inherited by accepted sockets. By default the kernel buffers megabytes more for each of them.
  listener.setOption(SOL_SOCKET, SO_SNDBUF, MAX_QUEUE);
  listener.setBlocking(false);
  listener.bind({ address: '127.0.0.1', port: Number(values.port) });
  listener.listen();
} catch (error) {
  console.error('chat:', error instanceof Error ? error.message : error);
  process.exit(1);
}
listen();
selector.register(signals(['SIGINT', 'SIGTERM']), EVENT_READ, () => selector.close());
console.log('listening on', listener.localAddress());
while (!selector.closed) {
  if (selector.selectEach(({ data }, events) => data(events), 1000) === 0) listen();
  // Not in drop(), which may run in the middle of a broadcast. Announcing may drop more clients.
  for (const departure of departures) if (!selector.closed) broadcast(departure);
  departures.length = 0;
}
