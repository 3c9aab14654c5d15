// An HTTP/1.1 server with keep-alive and pipelining. It limits what a client may send, and drops clients that stall.
//   node examples/http-server.js --port 8080
//   curl -i http://127.0.0.1:8080/     curl --data-binary @README.md http://127.0.0.1:8080/echo
import { STATUS_CODES } from 'node:http';
import { parseArgs } from 'node:util';
import { DefaultSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { signals } from 'io-selectors/fd';
import { SO_REUSEADDR, Socket, SOL_SOCKET } from 'io-selectors/socket';

const [MAX_HEAD, MAX_BODY] = [8192, 2 ** 20];
const ROUTES = new Map([
  ['GET /', () => Buffer.from('Hello, world!\n')],
  ['POST /echo', (/** @type {Buffer} */ body) => body],
]);
/** @type {DefaultSelector<() => void>} */
const selector = new DefaultSelector();
const listener = new Socket();
/** When to close each connection; put off whenever some of a response is sent. @type {Map<Socket, number>} */
const deadlines = new Map();
let timeoutMs = 0;
const isSystemError = (/** @type {unknown} */ error) => error instanceof Error && 'syscall' in error;

/** A request that is answered with an error, the last response of its connection. @param {number} status */
const refusal = (status) => ({ status, isHead: false, route: '', length: 0, isLast: true });

function parse(/** @type {string} */ head) {
  const [line = '', ...lines] = head.split('\r\n');
  const [, method, target = '', minor] = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(line) ?? [];
  const fields = new Map();
  for (const field of lines) {
    const [, name, value = ''] = /^([\w!#$%&'*+.^`|~-]+):(.*)$/.exec(field) ?? [];
    const key = name?.toLowerCase();
    // With two lengths, a proxy in front may have used the other one (request smuggling).
    if (key === undefined || (fields.has(key) && /^(host|content-length)$/.test(key))) return refusal(400);
    fields.set(key, value.trim());
  }
  const length = fields.get('content-length') ?? '0';
  if (method === undefined || !/^\d+$/.test(length) || (minor === '1' && !fields.has('host'))) return refusal(400);
  if (fields.has('transfer-encoding')) return refusal(411);
  if (fields.has('expect')) return refusal(417);  // the client then retries without it
  if (Number(length) > MAX_BODY) return refusal(413);
  const route = `${method.replace('HEAD', 'GET')} ${target.replace(/^http:\/\/[^/?]*/, '').replace(/\?.*/, '') || '/'}`;
  const isLast = minor === '0' || /\bclose\b/i.test(fields.get('connection'));
  return { status: ROUTES.has(route) ? 200 : 404, isHead: method === 'HEAD', route, length: Number(length), isLast };
}

/** @param {ReturnType<typeof parse>} request @param {Buffer} body */
function respond({ status, isHead, route, isLast }, body) {
  const content = ROUTES.get(route)?.(body) ?? Buffer.from(`${STATUS_CODES[status]}\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nDate: ${new Date().toUTCString()}\r\n` +
    `Content-Type: text/plain\r\nContent-Length: ${content.length}\r\n${isLast ? 'Connection: close\r\n' : ''}\r\n`;
  // One buffer, one send: Nagle's algorithm would hold back a short body until the head is acknowledged.
  return Buffer.concat([Buffer.from(head), isHead ? Buffer.alloc(0) : content]);
}

/** Serves one connection; yields the events that it waits for. @param {Socket} socket */
function* serve(socket) {
  let input = Buffer.allocUnsafe(MAX_HEAD);
  for (let filled = 0, isLast = false; ; ) {
    // Wait before each recv, so that a client that never pauses cannot starve the others.
    yield EVENT_READ;
    const count = socket.recvInto(input.subarray(filled));
    if (count === 0) return;
    // After the last request, discard: closing before the client does could reset the connection and lose the response.
    filled = isLast ? 0 : filled + (count ?? 0);
    while (!isLast) {
      const end = input.subarray(0, filled).indexOf('\r\n\r\n');
      if (end < 0 && filled < MAX_HEAD) break;
      const request = end < 0 ? refusal(431) : parse(input.toString('latin1', 0, end));
      const next = end + 4 + request.length;
      if (next > input.length) input = Buffer.concat([input], next);
      if (next > filled) break;
      for (let rest = respond(request, input.subarray(end + 4, next)); rest.length > 0; ) {
        const sent = socket.send(rest);
        if (sent === null) yield EVENT_WRITE;
        else deadlines.set(socket, performance.now() + timeoutMs);
        rest = rest.subarray(sent ?? 0);
      }
      input.copyWithin(0, next, filled);
      filled -= next;
      if (input.length > MAX_HEAD) input = Buffer.allocUnsafe(MAX_HEAD);
      isLast = request.isLast || listener.closed;
    }
    isLast ||= listener.closed;
    if (isLast) socket.shutdown('write');
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
  deadlines.set(socket, performance.now() + timeoutMs);
  connection.next();
}

function close(/** @type {Socket} */ socket) {
  selector.unregister(socket);
  deadlines.delete(socket);
  socket.close();
}

function accept() {
  try {
    for (let next = listener.accept(); next !== null; next = listener.accept()) start(next.socket);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    selector.unregister(listener);  // such as EMFILE: it would stay ready, so pause for a second
  }
}

try {
  const { port, timeout, help } = parseArgs({ options: { help: { type: 'boolean' },
    port: { type: 'string', default: '8080' }, timeout: { type: 'string', default: '30' } } }).values;
  if (help) { console.log('node examples/http-server.js [--port N] [--timeout SECONDS]'); process.exit(); }
  timeoutMs = Number(timeout) * 1000;
  if (!(timeoutMs > 0)) throw new Error(`--timeout ${timeout}: a number of seconds is needed`);
  listener.setOption(SOL_SOCKET, SO_REUSEADDR, true);
  listener.setBlocking(false);
  listener.bind({ address: '127.0.0.1', port: Number(port) });
  listener.listen();
} catch (error) {
  console.error('http-server:', error instanceof Error ? error.message : error);
  process.exit(1);
}
const ends = signals(['SIGINT', 'SIGTERM']);
selector.register(ends, EVENT_READ, () => {
  selector.unregister(ends);
  ends.close();  // the next signal has its default action again
  if (selector.getMap().has(listener.fd)) selector.unregister(listener);
  listener.close();
  for (const socket of deadlines.keys()) selector.getKey(socket).data();  // answer what has arrived
});
console.log('listening on', listener.localAddress());
for (let second = -Infinity; !listener.closed || deadlines.size > 0; selector.selectEach(({ data }) => data(), 1000)) {
  if (performance.now() < second + 1000) continue;
  second = performance.now();
  for (const [socket, deadline] of deadlines) if (deadline < second) close(socket);
  if (!listener.closed && !selector.getMap().has(listener.fd)) selector.register(listener, EVENT_READ, accept);
}
