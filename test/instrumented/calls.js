// Every call of the addon at least once, for Valgrind to watch.
import * as io from '../../dist/index.js';
import * as fd from '../../dist/fd.js';
import * as sockets from '../../dist/socket.js';
import { Selectors } from './selectors.js';

const { EVENT_READ, EVENT_WRITE } = io;
const { MessageList, Socket, socketPair } = sockets;
const HIGH = 1500;

function attempt(call) {
  try {
    return call();
  } catch (error) {
    if (typeof error.code !== 'string') throw error;
    return error;
  }
}

function stream(family, address) {
  const listener = new Socket(family);
  listener.setOption(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, true);
  listener.bind(address);
  listener.listen();
  const client = new Socket(family);
  client.connect(listener.localAddress());
  const { socket } = listener.accept();
  client.send('hello');
  socket.recv(5);
  socket.send('x'.repeat(100));
  client.recvInto(new Uint8Array(10));
  client.shutdown('write');
  socket.recv(1);
  for (const each of [client, socket, listener]) {
    each.localAddress();
    attempt(() => each.remoteAddress());
    each.takeError();
    each.getOption(sockets.SOL_SOCKET, sockets.SO_RCVBUF);
    each.close();
  }
}

function datagrams() {
  const [a, b] = [0, 0].map(() => {
    const socket = new Socket(sockets.AF_INET, sockets.SOCK_DGRAM);
    socket.bind({ address: '127.0.0.1', port: 0 });
    return socket;
  });
  a.sendTo('hello', b.localAddress());
  b.recvFrom(3);
  b.setBlocking(false);
  b.recvFrom(3);
  a.connect(b.localAddress());
  const sent = new MessageList(3, 10);
  const received = new MessageList(3, 4);
  for (const text of ['one', 'two', 'a longer']) sent.add(a, text);
  for (let i = 0; i < 3; i++) received.add(b);
  sent.sendMany();
  received.recvMany(sockets.MSG_DONTWAIT);
  for (let i = 0; i < 3; i++) [received.message(i), received.truncated(i), received.result(i)].map(String);
  a.close();
  b.close();
  attempt(() => sent.sendMany());
}

/** Waits of every kind, with a descriptor for which the sets have to grow. */
function waits() {
  const [a, b] = socketPair();
  const [readFd, writeFd] = fd.pipe();
  const high = fd.dup2(a.fd, HIGH);
  b.send('x');
  for (const Selector of Selectors) {
    const selector = new Selector();
    selector.register(a, EVENT_READ);
    attempt(() => selector.register(high, EVENT_READ | EVENT_WRITE));
    selector.register(readFd, EVENT_READ);
    selector.modify(a, EVENT_WRITE);
    selector.select(null);
    selector.wakeup();
    selector.selectEach(() => {}, 0.5);
    selector.unregister(a);
    selector.select(1);
    selector.close();
  }
  attempt(() => io.select([a.fd, readFd], [b.fd], [a.fd], 0.1));
  attempt(() => io.select([readFd], [], [], 1));
  attempt(() => io.select([999], [], [], 0));
  const poll = new io.Poll();
  for (const one of [a.fd, readFd, high, 999]) poll.register(one, io.POLLIN | io.POLLOUT);
  poll.wait(0.1);
  poll.unregister(readFd);
  poll.wait(1);
  poll.close();
  const epoll = new io.Epoll();
  epoll.register(a, io.EPOLLIN | io.EPOLLOUT, 2n ** 60n);
  epoll.modify(a, io.EPOLLIN | io.EPOLLET);
  attempt(() => epoll.register(999, io.EPOLLIN));
  epoll.wait(0.1);
  epoll.waitInto(new io.EpollEventList(4), 1);
  io.Epoll.fromFd(fd.dup(epoll.fd)).close();
  epoll.close();
  fd.close(high);
  for (const one of [readFd, writeFd]) fd.close(one);
  a.close();
  b.close();
}

function descriptors() {
  const counter = fd.eventfd(2);
  counter.write(3n);
  counter.read();
  counter.close();
  const timer = fd.timerfd({ delayMs: 1, intervalMs: 1, blocking: true });
  timer.read();
  timer.close();
  // Valgrind does not know the system call.
  attempt(() => fd.pidfd(process.pid).close());
  const [readFd, writeFd] = fd.pipe({ blocking: true });
  fd.setBlocking(readFd, false);
  fd.getBlocking(readFd);
  fd.write(writeFd, 'hello');
  fd.read(readFd, new Uint8Array(5));
  attempt(() => fd.read(readFd, new Uint8Array(5)));
  fd.close(readFd);
  fd.close(writeFd);
  attempt(() => fd.close(writeFd));
  const { soft } = fd.getDescriptorLimit();
  fd.setDescriptorLimit(soft);
  const subscription = fd.signals(['SIGUSR2']);
  process.kill(process.pid, 'SIGUSR2');
  while (subscription.read().length === 0);
  subscription.close();
  const waker = new io.SelectSelector().waker;
  const copy = new io.Waker(waker.share());
  copy.wake();
  copy.close();
}

export function run() {
  stream(sockets.AF_INET, { address: '127.0.0.1', port: 0 });
  attempt(() => stream(sockets.AF_INET6, { address: '::1', port: 0 }));
  stream(sockets.AF_UNIX, { path: `\0io-selectors-${process.pid}` });
  attempt(() => new Socket().connect({ address: '127.0.0.1', port: 1 }));
  datagrams();
  waits();
  descriptors();
}
