// A pool of workers that share one listening socket. With `exclusive` (EPOLLEXCLUSIVE) a connection wakes one or some
// of the sleeping workers instead of all. Each worker says its number, then echoes. Needs epoll.
//   node examples/exclusive-workers.js --port 8085 --workers 4     nc 127.0.0.1 8085
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';
import { availableBackends, EpollSelector, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import { dup, signals } from 'io-selectors/fd';
import { SO_REUSEADDR, Socket, SOL_SOCKET } from 'io-selectors/socket';

const isSystemError = (/** @type {unknown} */ error) => error instanceof Error && 'syscall' in error;

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

function work(/** @type {number} */ fd) {
  /** @type {EpollSelector<() => void>} */
  const selector = new EpollSelector();
  const listener = Socket.fromFd(fd);
  const counts = { accepted: 0, inVain: 0 };

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
    if (selector.getMap().has(listener.fd)) return;
    // Cannot be set by modify(): EPOLL_CTL_MOD refuses EPOLLEXCLUSIVE.
    selector.register(listener, EVENT_READ, accept, { exclusive: true });
  }

  /** Accepts one connection; the next may wake another worker. */
  function accept() {
    try {
      const next = listener.accept();
      counts[next === null ? 'inVain' : 'accepted']++;
      if (next !== null) start(next.socket);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      selector.unregister(listener);  // EMFILE: it would stay ready, so look away for a while
    }
  }

  listen();
  // Signals are sent to the process: each worker that asks for them gets them.
  selector.register(signals(['SIGINT', 'SIGTERM']), EVENT_READ, () => selector.close());
  parentPort?.postMessage('ready');
  while (!selector.closed) if (selector.selectEach(({ data }) => data(), 1000) === 0) listen();
  parentPort?.postMessage(`worker ${threadId}: ${counts.accepted} connections, woken in vain ${counts.inVain} times`);
}

function main() {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean' },
      port: { type: 'string', default: '8085' }, workers: { type: 'string', default: `${availableParallelism()}` } } });
    if (values.help) { console.log('node examples/exclusive-workers.js [--port N] [--workers N]'); process.exit(); }
    const workers = Number(values.workers);
    if (!(workers >= 1 && workers <= 64)) throw new Error(`--workers ${values.workers}: from 1 to 64 are possible`);
    if (!availableBackends().includes('epoll')) throw new Error('needs epoll, which this system does not have');
    const listener = new Socket();
    listener.setOption(SOL_SOCKET, SO_REUSEADDR, true);
    listener.setBlocking(false);
    listener.bind({ address: '127.0.0.1', port: Number(values.port) });
    listener.listen();
    const address = listener.localAddress();
    let ready = 0;
    for (let i = 0; i < workers; i++) {
      // Each worker owns a descriptor of the same socket.
      const worker = new Worker(new URL(import.meta.url), { workerData: dup(listener.fd) });
      worker.on('message', (message) => {
        if (message !== 'ready') console.log(message);
        else if (++ready === workers) console.log('listening on', address);
      });
    }
    listener.close();
  } catch (error) {
    console.error('exclusive-workers:', error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

if (isMainThread) main();
else work(workerData);
