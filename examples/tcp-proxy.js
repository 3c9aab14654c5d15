// A TCP proxy with back-pressure (at most one block is buffered in each direction) and half-close (each direction ends
// on its own). --to takes a numeric IPv4 or IPv6 address.
//   node examples/tcp-proxy.js --port 8081 --to 127.0.0.1:8080     curl http://127.0.0.1:8081/
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { DefaultSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { signals } from 'io-selectors/fd';
import { AF_INET, AF_INET6, SO_KEEPALIVE, SO_REUSEADDR, Socket, SOL_SOCKET } from 'io-selectors/socket';

const BLOCK = 65536;
/** @type {DefaultSelector<(events: number) => void>} */
const selector = new DefaultSelector();
const listener = new Socket();
const target = { address: '', port: 0 };
/** @param {unknown} error @returns {error is Error & { syscall: unknown }} */
const isSystemError = (error) => error instanceof Error && 'syscall' in error;

/** @typedef {{ socket: Socket, events: number }} Wait */
/**
 * Copies one direction until it ends; yields what it waits for.
 * @param {Socket} from @param {Socket} to @returns {Generator<Wait, undefined>}
 */
function* pump(from, to) {
  const block = Buffer.allocUnsafe(BLOCK);
  for (;;) {
    yield { socket: from, events: EVENT_READ };
    const count = from.recvInto(block);
    if (count === 0) break;
    // Nothing more is received until all of it is sent, so the kernel slows the sender down.
    for (let rest = block.subarray(0, count ?? 0); rest.length > 0; ) {
      const sent = to.send(rest);
      if (sent === null) yield { socket: to, events: EVENT_WRITE };
      rest = rest.subarray(sent ?? 0);
    }
  }
  to.shutdown('write');
}

/** @param {Socket} client @param {Socket} server @returns {Generator<Wait, undefined>} */
function* connectAndPump(client, server) {
  if (!server.connect(target)) {
    yield { socket: server, events: EVENT_WRITE };
    const error = server.takeError();
    if (error !== null) throw error;
  }
  yield* pump(client, server);
}

/** Runs both directions of a connection. @param {Socket} client @param {Socket} server */
function start(client, server) {
  const sockets = [client, server];
  const pumps = [connectAndPump(client, server), pump(server, client)];
  /** What each waits for; undefined at its end. @type {(Wait | undefined)[]} */
  const waits = [];

  function close() {
    for (const socket of sockets) {
      watch(socket, 0);
      socket.close();
    }
    watch(listener, EVENT_READ, accept);
  }

  /** Resumes the directions whose wait is over. @param {(wait: Wait | undefined) => boolean} isOver */
  function proceed(isOver) {
    try {
      for (const [i, one] of pumps.entries()) if (isOver(waits[i])) waits[i] = one.next().value;
      if (waits.every((wait) => wait === undefined)) return close();
      for (const socket of sockets) {
        let events = 0;
        for (const wait of waits) if (wait?.socket === socket) events |= wait.events;
        watch(socket, events, (ready) => proceed((wait) => wait?.socket === socket && (wait.events & ready) > 0));
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.syscall === 'connect') console.error(`tcp-proxy: ${error.message}`);
      close();  // ECONNRESET and the like end this connection only
    }
  }

  proceed(() => true);
}

/** @param {Socket} socket @param {number} events 0 unregisters @param {(events: number) => void} handler */
function watch(socket, events, handler = () => {}) {
  const isWatched = selector.getMap().has(socket.fd);
  if (events > 0 && isWatched) selector.modify(socket, events);
  else if (events > 0) selector.register(socket, events, handler);
  else if (isWatched) selector.unregister(socket);
}

function accept() {
  /** @type {Socket | undefined} */
  let server;
  try {
    // First, so that a client is accepted only if there is a descriptor for the other side as well.
    server = new Socket(isIP(target.address) === 6 ? AF_INET6 : AF_INET);
    const client = listener.accept()?.socket;
    if (client === undefined || Math.max(client.fd, server.fd) > selector.features.maxFd) {
      client?.close();
      server.close();
      return;
    }
    for (const socket of [client, server]) socket.setOption(SOL_SOCKET, SO_KEEPALIVE, true);
    server.setBlocking(false);
    start(client, server);
  } catch (error) {
    server?.close();
    if (!isSystemError(error)) throw error;
    selector.unregister(listener);  // such as EMFILE: it would stay ready, so pause for a while
  }
}

try {
  const { values } = parseArgs({ options: {
    port: { type: 'string', default: '8081' }, to: { type: 'string', default: '' }, help: { type: 'boolean' } } });
  if (values.help) { console.log('node examples/tcp-proxy.js --to ADDRESS:PORT [--port N]'); process.exit(); }
  const colon = values.to.lastIndexOf(':');
  target.address = values.to.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  target.port = Number(values.to.slice(colon + 1));
  if (isIP(target.address) === 0 || !(target.port > 0 && target.port < 65536)) {
    throw new Error(`--to ${values.to}: an address in numbers and a port are needed`);
  }
  listener.setOption(SOL_SOCKET, SO_REUSEADDR, true);
  listener.setBlocking(false);
  listener.bind({ address: '127.0.0.1', port: Number(values.port) });
  listener.listen();
} catch (error) {
  console.error('tcp-proxy:', error instanceof Error ? error.message : error);
  process.exit(1);
}
selector.register(listener, EVENT_READ, accept);
selector.register(signals(['SIGINT', 'SIGTERM']), EVENT_READ, () => selector.close());
console.log('listening on', listener.localAddress());
while (!selector.closed) {
  if (selector.selectEach(({ data }, events) => data(events), 1000) === 0) watch(listener, EVENT_READ, accept);
}
