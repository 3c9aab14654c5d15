// A control socket: an AF_UNIX server that answers questions about its process, one per line. It removes its path at
// the end, and replaces one that a dead server left behind, but never one in use or a file of another kind.
//   node examples/unix-socket.js --path /tmp/example.sock     printf 'pid\nmemory\n' | nc -U /tmp/example.sock
import { lstatSync, unlinkSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DefaultSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { signals } from 'io-selectors/fd';
import { AF_UNIX, Socket } from 'io-selectors/socket';

const MAX_LINE = 256;
const ANSWERS = new Map([
  ['pid', () => process.pid],
  ['uptime', () => process.uptime()],
  ['memory', () => process.memoryUsage().rss],
]);
/** @type {DefaultSelector<() => void>} */
const selector = new DefaultSelector();
const listener = new Socket(AF_UNIX);
const isSystemError = (/** @type {unknown} */ error) => error instanceof Error && 'syscall' in error;

/** Serves one connection; yields the events that it waits for. @param {Socket} socket */
function* serve(socket) {
  for (let input = ''; input.length <= MAX_LINE; ) {
    yield EVENT_READ;
    const data = socket.recv(MAX_LINE);
    if (data?.length === 0) return;
    const lines = (input + (data?.toString('latin1') ?? '')).split('\n');
    input = lines.pop() ?? '';
    const answers = lines.map((line) => `${ANSWERS.get(line)?.() ?? 'unknown: pid, uptime or memory'}\n`).join('');
    for (let rest = Buffer.from(answers); rest.length > 0; ) {
      const sent = socket.send(rest);
      if (sent === null) yield EVENT_WRITE;
      rest = rest.subarray(sent ?? 0);
    }
  }
}

/** Whether a dead server left the path behind. @param {string} path */
function isStale(path) {
  // connect(2) gives ECONNREFUSED for regular files as well.
  if (!lstatSync(path).isSocket()) return false;
  const client = new Socket(AF_UNIX);
  client.setBlocking(false);
  try {
    client.connect({ path });
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  } finally {
    client.close();
  }
}

/** @param {string} path */
function bind(path) {
  // Before bind(2), as anybody could connect between that and a chmod(2).
  const mask = process.umask(0o177);
  try {
    listener.bind({ path });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && isStale(path))) throw error;
    // Two servers that start at the same moment could still take it from each other: only a lock file prevents that.
    unlinkSync(path);
    listener.bind({ path });
  } finally {
    process.umask(mask);
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

function listen() {
  if (!selector.getMap().has(listener.fd)) selector.register(listener, EVENT_READ, accept);
}

function accept() {
  try {
    for (let next = listener.accept(); next !== null; next = listener.accept()) start(next.socket);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    selector.unregister(listener);  // EMFILE: it would stay ready, so look away for a while
  }
}

/** Identifies the file at the path: another server may have taken it meanwhile. @param {string} path */
function inode(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

let path = '';
/** @type {number | undefined} */
let own;
try {
  const { values } = parseArgs({ options: { path: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help) { console.log('node examples/unix-socket.js --path PATH'); process.exit(); }
  if (values.path === undefined) throw new Error('--path is needed');
  path = values.path;
  listener.setBlocking(false);
  bind(path);
  own = inode(path);
  listener.listen();
} catch (error) {
  console.error('unix-socket:', error instanceof Error ? error.message : error);
  process.exit(1);
}
listen();
selector.register(signals(['SIGINT', 'SIGTERM']), EVENT_READ, () => selector.close());
console.log('listening on', listener.localAddress());
while (!selector.closed) if (selector.selectEach(({ data }) => data(), 1000) === 0) listen();
if (inode(path) === own) unlinkSync(path);
