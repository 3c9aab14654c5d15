// The same as echo.c with this package: node echo.js selectEach|select|selectAsync
import { EpollSelector, EVENT_READ } from 'io-selectors';
import { Socket } from 'io-selectors/socket';

const [, , peer = 'selectEach'] = process.argv;
const selector = new EpollSelector<() => void>();
const block = Buffer.allocUnsafe(65536);

function echo(socket: Socket): void {
  const count = socket.recvInto(block);
  if (count === null) return;
  if (count === 0) {
    selector.unregister(socket);
    socket.close();
  } else if (socket.send(block.subarray(0, count)) !== count) {
    throw new Error('send: not all was taken');
  }
}

function accept(listener: Socket): void {
  for (let next = listener.accept(); next !== null; next = listener.accept()) {
    const { socket } = next;
    selector.register(socket, EVENT_READ, () => echo(socket));
  }
}

function listen(): void {
  const listener = new Socket();
  listener.setBlocking(false);
  listener.bind({ address: '127.0.0.1', port: 0 });
  listener.listen();
  selector.register(listener, EVENT_READ, () => accept(listener));
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
};

const serve = loops[peer];
if (serve === undefined) throw new Error(`unknown peer ${peer}`);
listen();
selector.register(0, EVENT_READ, () => process.exit());
await serve();
