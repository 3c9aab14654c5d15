// The counterpart of echo.c with the npm package epoll and sockets of this package: node echo-npm.js CONNECTIONS
import { Socket } from 'io-selectors/socket';
import { Epoll } from '../shared/npm-epoll.js';
import { raiseLimit } from '../shared/peer.js';

const handlers: (() => void)[] = [];
const block = Buffer.allocUnsafe(65536);
const epoll = new Epoll((error, fd) => {
  if (error !== null) throw error;
  handlers[fd]();
});

function watch(fd: number, handler: () => void): void {
  handlers[fd] = handler;
  epoll.add(fd, Epoll.EPOLLIN);
}

function echo(socket: Socket): void {
  const count = socket.recvInto(block);
  if (count === null) return;
  if (count === 0) {
    epoll.remove(socket.fd);
    socket.close();
  } else if (socket.send(block.subarray(0, count)) !== count) {
    throw new Error('send: incomplete');
  }
}

function accept(listener: Socket): void {
  for (let next = listener.accept(); next !== null; next = listener.accept()) {
    const { socket } = next;
    watch(socket.fd, () => echo(socket));
  }
}

raiseLimit();
const listener = new Socket();
listener.setBlocking(false);
listener.bind({ address: '127.0.0.1', port: 0 });
listener.listen();
const address = listener.localAddress();
if ('port' in address) console.log(address.port);
watch(listener.fd, () => accept(listener));
watch(0, () => process.exit());
