// The same as echo.c with this package: node echo.js EpollSelector.LOOP
import { EpollSelector, EVENT_READ } from 'io-selectors';
import { MessageList, Socket } from 'io-selectors/socket';
import { raiseLimit } from './timing.js';

const [, , peer = 'EpollSelector.selectEach'] = process.argv;
const selector = new EpollSelector<() => void>();
const block = Buffer.allocUnsafe(65536);
/** As many at once as the processor's caches have room for. */
const list = new MessageList(64, 4096);
const sockets: Socket[] = [];

function echo(socket: Socket): void {
  const count = socket.recvInto(block);
  if (count === null) return;
  if (count === 0) {
    end(socket);
  } else if (socket.send(block.subarray(0, count)) !== count) {
    throw new Error('send: not all was taken');
  }
}

function collect(fd: number): void {
  list.add(fd);
  if (list.length === list.capacity) echoMany();
}

/** The same for all sockets that were collected. */
function echoMany(): void {
  if (list.length === 0) return;
  list.recvMany();
  list.sendMany();
  for (let i = 0; i < list.length; i++) {
    const result = list.result(i);
    if (result === 0) end(sockets[list.fd(i)]);
    else if (result !== null && result !== list.size(i)) throw new Error('send: not all was taken');
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
  select: () => {
    for (;;) for (const { key } of selector.select()) key.data();
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
const loop = peer.replace('EpollSelector.', '');
const serve = loops[loop];
if (serve === undefined) throw new Error(`unknown peer ${peer}`);
listen(loop.endsWith('+recvMany') ? ({ fd }) => () => collect(fd) : (socket) => () => echo(socket));
selector.register(0, EVENT_READ, () => process.exit());
await serve();
