// A worker that blocks in select() and echoes over TCP, while the main thread runs its event loop: it serves HTTP and
// passes commands (/stats, /drop) to the worker, whose select() a Waker interrupts.
//   node examples/blocking-worker.js --port 8086 --http-port 8087     curl http://127.0.0.1:8087/stats
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { isMainThread, MessageChannel, parentPort, receiveMessageOnPort, Worker, workerData }
  from 'node:worker_threads';
import { DefaultSelector, EVENT_READ, EVENT_WRITE, Waker } from 'io-selectors';
import { SO_REUSEADDR, Socket, SOL_SOCKET } from 'io-selectors/socket';

const isSystemError = (/** @type {unknown} */ error) => error instanceof Error && 'syscall' in error;

/** Serves one connection; yields the events that it waits for. @param {Socket} socket */
function* serve(socket) {
  const block = Buffer.allocUnsafe(16384);
  for (;;) {
    yield EVENT_READ;
    const count = socket.recvInto(block);
    if (count === 0) return;
    for (let rest = block.subarray(0, count ?? 0); rest.length > 0; ) {
      const sent = socket.send(rest);
      if (sent === null) yield EVENT_WRITE;
      rest = rest.subarray(sent ?? 0);
    }
  }
}

/** @param {{ fd: number, commands: import('node:worker_threads').MessagePort }} data */
function work({ fd, commands }) {
  /** @type {DefaultSelector<() => void>} */
  const selector = new DefaultSelector();
  const listener = Socket.fromFd(fd);
  /** @type {Set<Socket>} */
  const sockets = new Set();
  let accepted = 0;

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
    sockets.add(socket);
    accepted++;
  }

  function close(/** @type {Socket} */ socket) {
    selector.unregister(socket);
    sockets.delete(socket);
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

  function execute(/** @type {string} */ command) {
    if (command === 'stop') return selector.close();
    if (command === '/drop') for (const socket of sockets) close(socket);
    commands.postMessage({ accepted, open: sockets.size });
  }

  listen();
  parentPort?.postMessage(selector.waker.share());
  while (!selector.closed) {
    const ready = selector.select(1000);
    for (const { key } of ready) key.data();
    if (ready.length === 0) listen();
    // The worker's event loop never turns, so a 'message' listener would never run.
    let next;
    while ((next = receiveMessageOnPort(commands)) !== undefined) execute(next.message);
  }
}

function bind(/** @type {number} */ port) {
  const listener = new Socket();
  listener.setOption(SOL_SOCKET, SO_REUSEADDR, true);
  listener.setBlocking(false);
  listener.bind({ address: '127.0.0.1', port });
  listener.listen();
  return listener;
}

async function main() {
  const { values } = parseArgs({ options: { help: { type: 'boolean' },
    port: { type: 'string', default: '8086' }, 'http-port': { type: 'string', default: '8087' } } });
  if (values.help) return console.log('node examples/blocking-worker.js [--port N] [--http-port N]');
  const listener = bind(Number(values.port));
  const address = listener.localAddress();
  const { port1: commands, port2 } = new MessageChannel();
  const data = { fd: listener.detach(), commands: port2 };
  const worker = new Worker(new URL(import.meta.url), { workerData: data, transferList: [port2] });
  const [fd] = await once(worker, 'message');
  const waker = new Waker(fd);
  // In this order: when the worker wakes, the command is there.
  const send = (/** @type {string} */ command) => {
    commands.postMessage(command);
    waker.wake();
  };
  /** In the order of their commands, as the answers are. @type {import('node:http').ServerResponse[]} */
  const responses = [];
  commands.on('message', (answer) => responses.shift()?.end(`${JSON.stringify(answer)}\n`));
  const server = createServer(({ url }, response) => {
    if (url === '/stats' || url === '/drop') {
      responses.push(response);
      send(url);
    } else response.writeHead(404).end('/stats or /drop\n');
  });
  await once(server.listen(Number(values['http-port']), '127.0.0.1'), 'listening');
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      send('stop');
      waker.close();
      server.close().closeAllConnections();
    });
  }
  console.log('listening on', address, 'and', server.address());
}

if (isMainThread) {
  main().catch((error) => {
    console.error('blocking-worker:', error instanceof Error ? error.message : error);
    process.exit(1);
  });
} else work(workerData);
