// A pool of workers, each with a listening socket of its own on the same port (SO_REUSEPORT). Linux distributes the
// connections by a hash of their addresses, even to a worker that is busy. Each worker says its number, then echoes.
//   node examples/reuseport-workers.js --port 8084 --workers 4     nc 127.0.0.1 8084
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';
import { DefaultSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { signals } from 'io-selectors/fd';
import { SO_REUSEADDR, SO_REUSEPORT, Socket, SOL_SOCKET } from 'io-selectors/socket';

const isSystemError = (/** @type {unknown} */ error) => error instanceof Error && 'syscall' in error;

/** @param {number} port */
function bind(port) {
  const socket = new Socket();
  // Every socket on the port must set it, and belong to the same user.
  socket.setOption(SOL_SOCKET, SO_REUSEPORT, true);
  socket.setOption(SOL_SOCKET, SO_REUSEADDR, true);
  socket.setBlocking(false);
  socket.bind({ address: '127.0.0.1', port });
  return socket;
}

/** Serves one connection; yields the events that it waits for. @param {Socket} socket */
function* serve(socket) {
  const block = Buffer.allocUnsafe(16384);
  yield* send(socket, Buffer.from(`worker ${threadId}\n`));
  for (;;) {
    yield EVENT_READ;
    const count = socket.recvInto(block);
    if (count === 0) return;
    yield* send(socket, block.subarray(0, count ?? 0));
  }
}

/** @param {Socket} socket @param {Buffer} data */
function* send(socket, data) {
  for (let rest = data; rest.length > 0; ) {
    const sent = socket.send(rest);
    if (sent === null) yield EVENT_WRITE;
    rest = rest.subarray(sent ?? 0);
  }
}

function work(/** @type {number} */ port) {
  /** @type {DefaultSelector<() => void>} */
  const selector = new DefaultSelector();
  const listener = bind(port);
  let accepted = 0;

  function start(/** @type {Socket} */ socket) {
    const connection = serve(socket);
    selector.register(socket, EVENT_WRITE, () => {
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
      for (let next = listener.accept(); next !== null; next = listener.accept()) {
        accepted++;
        if (next.socket.fd > selector.features.maxFd) next.socket.close();  // past FD_SETSIZE, with select
        else start(next.socket);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      selector.unregister(listener);  // EMFILE: it would stay ready, so look away for a while
    }
  }

  listener.listen();
  listen();
  // Signals are sent to the process: each worker that asks for them gets them.
  selector.register(signals(['SIGINT', 'SIGTERM']), EVENT_READ, () => selector.close());
  parentPort?.postMessage('ready');
  while (!selector.closed) if (selector.selectEach(({ data }) => data(), 1000) === 0) listen();
  parentPort?.postMessage(`worker ${threadId}: ${accepted} connections`);
}

function main() {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean' },
      port: { type: 'string', default: '8084' }, workers: { type: 'string', default: `${availableParallelism()}` } } });
    if (values.help) { console.log('node examples/reuseport-workers.js [--port N] [--workers N]'); process.exit(); }
    const workers = Number(values.workers);
    if (!(workers >= 1 && workers <= 64)) throw new Error(`--workers ${values.workers}: from 1 to 64 are possible`);
    // Bound but not listening: reserves the port until all workers listen.
    const placeholder = bind(Number(values.port));
    const address = placeholder.localAddress();
    let ready = 0;
    for (let i = 0; i < workers; i++) {
      const worker = new Worker(new URL(import.meta.url), { workerData: 'port' in address ? address.port : 0 });
      worker.on('message', (message) => {
        if (message !== 'ready') return console.log(message);
        if (++ready < workers) return;
        placeholder.close();
        console.log('listening on', address);
      });
    }
  } catch (error) {
    console.error('reuseport-workers:', error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

if (isMainThread) main();
else work(workerData);
