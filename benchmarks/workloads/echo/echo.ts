// The counterpart of echo.c with this package: node echo.js EpollSelector.LOOP CONNECTIONS
import { EpollSelector, EVENT_READ } from 'io-selectors';
import { MessageList, Socket } from 'io-selectors/socket';
import { raiseLimit } from '../shared/peer.js';

const [, , variant] = process.argv;
const selector = new EpollSelector<() => void>();
const block = Buffer.allocUnsafe(65536);
/** Messages of one batch fit into the processor's caches. */
const list = new MessageList(64, 4096);
const sockets: Socket[] = [];

function echo(socket: Socket): void {
  const count = socket.recvInto(block);
  if (count === null) return;
  if (count === 0) {
    end(socket);
  } else if (socket.send(block.subarray(0, count)) !== count) {
    throw new Error('send: incomplete');
  }
}

function collect(fd: number): void {
  list.add(fd);
  if (list.length === list.capacity) echoMany();
}

/** Echoes the messages of all collected sockets, with one call to receive and one to send. */
function echoMany(): void {
  if (list.length === 0) return;
  list.recvMany();
  list.sendMany();
  for (let i = 0; i < list.length; i++) {
    const result = list.result(i);
    if (result === 0) end(sockets[list.fd(i)]);
    else if (result !== null ? result !== list.size(i) : list.size(i) > 0) throw new Error('send: incomplete');
  }
  list.clear();
}

function end(socket: Socket): void {
  selector.unregister(socket);
  socket.close();
}

function accept(listener: Socket, ready: (socket: Socket) => () => void): void {
  for (let next = listener.accept(); next !== null; next = listener.accept()) {
    const { socket } = next;
    sockets[socket.fd] = socket;
    selector.register(socket, EVENT_READ, ready(socket));
  }
}

function listen(ready: (socket: Socket) => () => void): void {
  const listener = new Socket();
  listener.setBlocking(false);
  listener.bind({ address: '127.0.0.1', port: 0 });
  listener.listen();
  selector.register(listener, EVENT_READ, () => accept(listener, ready));
  const address = listener.localAddress();
  if ('port' in address) console.log(address.port);
}

const loops: Record<string, () => void | Promise<void>> = {
  selectEach: () => {
    for (;;) selector.selectEach((key) => key.data(), null);
  },
  selectAsync: async () => {
    for (;;) for (const { key } of await selector.selectAsync()) key.data();
  },
  'selectEach+recvMany': () => {
    for (;;) {
      selector.selectEach((key) => key.data(), null);
      echoMany();
    }
  },
  'selectAsync+recvMany': async () => {
    for (;;) {
      for (const { key } of await selector.selectAsync()) key.data();
      echoMany();
    }
  },
};

raiseLimit();
const loop = variant.replace('EpollSelector.', '');
const serve = loops[loop];
if (serve === undefined) throw new Error(`${variant}: no such variant`);
listen(loop.endsWith('+recvMany') ? ({ fd }) => () => collect(fd) : (socket) => () => echo(socket));
selector.register(0, EVENT_READ, () => process.exit());
await serve();
