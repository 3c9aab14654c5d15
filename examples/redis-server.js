// A server that speaks the Redis protocol: PING, ECHO, SET, GET, DEL, EXISTS, INCR; arrays or inline, pipelined.
//   node examples/redis-server.js --port 6379
//   redis-cli -p 6379 set greeting hello     printf 'SET n 1\r\nINCR n\r\n' | nc 127.0.0.1 6379
import { parseArgs } from 'node:util';
import { DefaultSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { signals } from 'io-selectors/fd';
import { SO_REUSEADDR, Socket, SOL_SOCKET } from 'io-selectors/socket';

const [BLOCK, MAX_LINE, MAX_REQUEST] = [16384, 1024, 2 ** 20];
class ProtocolError extends Error {}
/** @type {DefaultSelector<() => void>} */
const selector = new DefaultSelector();
const listener = new Socket();
const listen = () => selector.getMap().has(listener.fd) || selector.register(listener, EVENT_READ, accept);
/** Latin-1: one character per byte. Like Redis's own, bounded by memory only. @type {Map<string, string>} */
const store = new Map();
const isSystemError = (/** @type {unknown} */ error) => error instanceof Error && 'syscall' in error;
const bulk = (/** @type {string=} */ text) => (text === undefined ? '$-1\r\n' : `$${text.length}\r\n${text}\r\n`);
const failure = (/** @type {string} */ text) => `-ERR ${text.replace(/[\r\n]/g, ' ')}\r\n`;

function increment(/** @type {string} */ key) {
  const old = store.get(key) ?? '0';
  const value = /^(0|-?[1-9]\d{0,18})$/.test(old) ? BigInt(old) + 1n : 2n ** 64n;
  if (BigInt.asIntN(64, value) !== value) return failure('value is not an integer or out of range');
  store.set(key, `${value}`);
  return `:${value}\r\n`;
}

/** @type {Map<string, [fewest: number, most: number, run: (...words: string[]) => string]>} */
const COMMANDS = new Map([
  ['ping', [0, 1, (text) => (text === undefined ? '+PONG\r\n' : bulk(text))]],
  ['echo', [1, 1, bulk]],
  ['set', [2, 2, (/** @type {string} */ key, /** @type {string} */ value) => (store.set(key, value), '+OK\r\n')]],
  ['get', [1, 1, (key) => bulk(store.get(key))]],
  ['del', [1, Infinity, (...keys) => `:${keys.filter((key) => store.delete(key)).length}\r\n`]],
  ['exists', [1, Infinity, (...keys) => `:${keys.filter((key) => store.has(key)).length}\r\n`]],
  ['incr', [1, 1, increment]],
]);

function execute(/** @type {string[]} */ [name = '', ...words]) {
  const [fewest, most, run] = COMMANDS.get(name.toLowerCase()) ?? [0, Infinity, undefined];
  if (words.length < fewest || words.length > most) return failure(`wrong number of arguments for '${name}' command`);
  return run?.(...words) ?? failure(`unknown command '${name.slice(0, 128)}'`);
}

/** Serves one connection; yields the events that it waits for. @param {Socket} socket */
function* serve(socket) {
  let [input, start, end, output] = [Buffer.allocUnsafe(BLOCK), 0, 0, ''];
  function* flush() {
    for (let rest = Buffer.from(output, 'latin1'); rest.length > 0; ) {
      const sent = socket.send(rest);
      if (sent === null) yield EVENT_WRITE;
      rest = rest.subarray(sent ?? 0);
    }
    output = '';
  }
  function* receive() {
    yield* flush();
    if (start > 0) input.copyWithin(0, start, end);
    [start, end] = [0, end - start];
    if (end === input.length) input = Buffer.concat([input], 2 * end);
    if (end === 0 && input.length > BLOCK) input = Buffer.allocUnsafe(BLOCK);
    // Wait before each recv, so that a client that never pauses cannot starve the others.
    yield EVENT_READ;
    const count = socket.recvInto(input.subarray(end));
    if (count === 0) throw new ProtocolError();
    end += count ?? 0;
  }
  function* readLine() {
    for (; !input.subarray(start, end).includes('\n'); yield* receive()) {
      if (end - start > MAX_LINE) throw new ProtocolError('too big inline request');
    }
    const from = start;
    start = input.indexOf('\n', from) + 1;
    return input.toString('latin1', from, start).trim();
  }
  function* readRequest() {
    const line = yield* readLine();
    if (!line.startsWith('*')) return line.split(/\s+/).filter(Boolean);
    if (!/^\*-?\d{1,6}$/.test(line)) throw new ProtocolError('invalid multibulk length');
    const words = [];
    for (let room = MAX_REQUEST; words.length < Number(line.slice(1)); ) {
      const length = Number(/^\$(\d+)$/.exec(yield* readLine())?.[1] ?? Infinity);
      room -= length + 32;
      if (room < 0) throw new ProtocolError('invalid bulk length');
      while (end - start < length + 2) yield* receive();
      words.push(input.toString('latin1', start, start + length));
      start += length + 2;
    }
    return words;
  }
  try {
    for (;;) {
      const words = yield* readRequest();
      if (words.length > 0) output += execute(words);
      if (output.length > BLOCK) yield* flush();
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.message !== '') output += failure(`Protocol error: ${error.message}`);
    yield* flush();
  }
}

function start(/** @type {Socket} */ socket) {
  if (socket.fd > selector.features.maxFd) return socket.close();  // past FD_SETSIZE, with select
  const connection = serve(socket);
  selector.register(socket, EVENT_READ, () => {
    try {
      const { done, value } = connection.next();
      if (done) close(socket);
      else selector.modify(socket, value);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      close(socket);  // ECONNRESET and the like end this connection only
    }
  });
}

function close(/** @type {Socket} */ socket) {
  selector.unregister(socket);
  socket.close();
  listen();
}

function accept() {
  try {
    for (let next = listener.accept(); next !== null; next = listener.accept()) start(next.socket);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    selector.unregister(listener);  // EMFILE: it would stay ready, so look away for a while
  }
}

try {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '6379' }, help: { type: 'boolean' } } });
  if (values.help) { console.log('node examples/redis-server.js [--port N]'); process.exit(); }
  listener.setOption(SOL_SOCKET, SO_REUSEADDR, true);
  listener.setBlocking(false);
  listener.bind({ address: '127.0.0.1', port: Number(values.port) });
  listener.listen();
} catch (error) {
  console.error('redis-server:', error instanceof Error ? error.message : error);
  process.exit(1);
}
listen();
selector.register(signals(['SIGINT', 'SIGTERM']), EVENT_READ, () => selector.close());
console.log('listening on', listener.localAddress());
while (!selector.closed) if (selector.selectEach(({ data }) => data(), 1000) === 0) listen();
