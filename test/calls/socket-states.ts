import { threadId } from 'node:worker_threads';
import { select } from 'io-selectors';
import {
  AF_INET,
  AF_UNIX,
  MSG_OOB,
  SO_LINGER,
  SO_OOBINLINE,
  SO_RCVLOWAT,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
} from 'io-selectors/socket';
import { owned, portOf, socketPair, tcpListener, tcpPair } from '../support/descriptors.js';
import { untilReadable } from '../support/internet.js';
import type { State } from './states.js';

type Act = (own: Socket, peer: Socket) => void;

function unix(type: number, act: Act): () => number {
  return () => {
    const [own, peer] = socketPair(type);
    act(own, peer);
    return own.fd;
  };
}

/** Makes a TCP connection, does something to it that makes it readable, and returns its descriptor. */
function tcp(act: Act): () => number {
  return () => {
    const [own, peer] = tcpPair();
    act(own, peer);
    untilReadable(own);
    return own.fd;
  };
}

let names = 0;

function unixListener(): { listener: Socket; path: string } {
  const path = `\0io-selectors-${process.pid}-${threadId}-${names++}`;
  const listener = owned(new Socket(AF_UNIX));
  listener.bind({ path });
  listener.listen();
  return { listener, path };
}

function unixNotAccepted(): number {
  const client = owned(new Socket(AF_UNIX));
  client.connect({ path: unixListener().path });
  return client.fd;
}

function tcpBound(): Socket {
  const socket = owned(new Socket());
  socket.bind({ address: '127.0.0.1', port: 0 });
  return socket;
}

function listenerWithConnection(): Socket {
  const { listener, port } = tcpListener();
  owned(new Socket()).connect({ address: '127.0.0.1', port });
  untilReadable(listener);
  return listener;
}

function afterAccept(): number {
  const listener = listenerWithConnection();
  owned(listener.accept()!.socket);
  return listener.fd;
}

function nonBlocking(): Socket {
  const socket = owned(new Socket());
  socket.setBlocking(false);
  return socket;
}

function refused(): number {
  const socket = nonBlocking();
  // A bound port without a listener refuses connections, and nobody else can take it meanwhile.
  socket.connect({ address: '127.0.0.1', port: portOf(tcpBound()) });
  untilReadable(socket);
  return socket.fd;
}

/** A connection that stays in progress: the listener's queue is full, so the kernel drops the SYN. */
export function connecting(): Socket {
  const { listener, port } = tcpListener(0);
  owned(new Socket()).connect({ address: '127.0.0.1', port });
  untilReadable(listener);
  const socket = nonBlocking();
  if (socket.connect({ address: '127.0.0.1', port })) throw new Error('the queue was not full');
  return socket;
}

const reset: Act = (own, peer) => {
  // struct linger: on, with a timeout of 0 seconds.
  peer.setOption(SOL_SOCKET, SO_LINGER, new Uint8Array(new Int32Array([1, 0]).buffer));
  peer.close();
  untilReadable(own);
  const error = own.takeError();
  if (error?.message.includes('ECONNRESET') !== true) throw new Error('the connection was not reset', { cause: error });
};

function outOfBand(own: Socket, peer: Socket, data: string): void {
  peer.send(data, MSG_OOB);
  if (select([], [], [own], 5000)[2].length === 0) throw new Error('no out-of-band data has come');
}

const dataAndOutOfBand: Act = (own, peer) => {
  peer.send('x');
  outOfBand(own, peer, '!');
};

const outOfBandInline: Act = (own, peer) => {
  own.setOption(SOL_SOCKET, SO_OOBINLINE, 1);
  outOfBand(own, peer, '!');
};

const lowWaterMark: Act = (own, peer) => {
  own.setOption(SOL_SOCKET, SO_RCVLOWAT, 4);
  peer.send('1234');
};

function udp(): Socket {
  const socket = owned(new Socket(AF_INET, SOCK_DGRAM));
  socket.bind({ address: '127.0.0.1', port: 0 });
  return socket;
}

function emptyDatagram(): number {
  const receiver = udp();
  udp().sendTo('', { address: '127.0.0.1', port: portOf(receiver) });
  untilReadable(receiver);
  return receiver.fd;
}

function udpShutDown(): number {
  const socket = udp();
  socket.connect({ address: '127.0.0.1', port: portOf(udp()) });
  socket.shutdown('read');
  return socket.fd;
}

const dataOfClosedPeer: Act = (_, peer) => {
  peer.send('x');
  peer.close();
};

const shutDownBoth: Act = (own, peer) => {
  own.shutdown('write');
  peer.shutdown('write');
};

const nothing: Act = () => {};
const send: Act = (_, peer) => peer.send('x');
const close: Act = (_, peer) => peer.close();
const own: Record<'read' | 'write' | 'both', Act> = {
  read: (socket) => socket.shutdown('read'),
  write: (socket) => socket.shutdown('write'),
  both: (socket) => socket.shutdown('both'),
};
const peerBoth: Act = (_, peer) => peer.shutdown('both');
const peerWrite: Act = (_, peer) => peer.shutdown('write');

/** Shut down in both directions, and in one. */
const HUNG_UP = ['IN|OUT|HUP|RDHUP', 'HUP', 'IN|OUT|HUP|RDHUP', 'rw'] as const;
const HALF_CLOSED = ['IN|OUT|RDHUP', '-', 'IN|OUT|RDHUP', 'rw'] as const;
const READY = ['IN|OUT', '-', 'IN|OUT', 'rw'] as const;
const URGENT = ['IN|PRI|OUT', '-', 'IN|PRI|OUT', 'rwx'] as const;
const WRITABLE = ['OUT', '-', 'OUT', 'w'] as const;
const READABLE = ['IN', '-', 'IN', 'r'] as const;
const UNCONNECTED = ['OUT|HUP', 'HUP', 'OUT|HUP', 'rw'] as const;
const IDLE = ['-', '-', '-', '-'] as const;

export const socketStates: State[] = [
  ['AF_UNIX stream, data', unix(SOCK_STREAM, send), ...READY],
  ['AF_UNIX stream, peer closed', unix(SOCK_STREAM, close), ...HUNG_UP],
  ['AF_UNIX stream, own SHUT_RD', unix(SOCK_STREAM, own.read), ...HALF_CLOSED],
  ['AF_UNIX stream, own SHUT_WR', unix(SOCK_STREAM, own.write), ...WRITABLE],
  ['AF_UNIX stream, peer of SHUT_RDWR', unix(SOCK_STREAM, peerBoth), ...HUNG_UP],
  ['AF_UNIX stream, unconnected', () => owned(new Socket(AF_UNIX)).fd, ...UNCONNECTED],
  ['AF_UNIX listener, idle', () => unixListener().listener.fd, ...IDLE],
  ['AF_UNIX stream, connected, not yet accepted', unixNotAccepted, ...WRITABLE],
  ['AF_UNIX dgram, idle', unix(SOCK_DGRAM, nothing), ...WRITABLE],
  ['AF_UNIX dgram, queued, peer closed', unix(SOCK_DGRAM, dataOfClosedPeer), ...READY],
  ['AF_UNIX dgram, own SHUT_RDWR', unix(SOCK_DGRAM, own.both), ...HUNG_UP],
  ['AF_UNIX seqpacket, peer closed', unix(SOCK_SEQPACKET, close), ...HUNG_UP],
  ['TCP bound, not listening', () => tcpBound().fd, ...UNCONNECTED],
  ['TCP listener, pending connection', () => listenerWithConnection().fd, ...READABLE],
  ['TCP listener, after accept', afterAccept, ...IDLE],
  ['TCP, peer SHUT_WR', tcp(peerWrite), ...HALF_CLOSED],
  ['TCP, FIN both directions', tcp(shutDownBoth), ...HUNG_UP],
  ['TCP, peer closed', tcp(close), ...HALF_CLOSED],
  ['TCP, RST, its error read', tcp(reset), ...HUNG_UP],
  ['TCP, own SHUT_RDWR', tcp(own.both), ...HUNG_UP],
  ['TCP, out-of-band byte and data', tcp(dataAndOutOfBand), ...URGENT],
  ['TCP, out-of-band byte inline', tcp(outOfBandInline), ...URGENT],
  ['TCP, as many bytes as SO_RCVLOWAT', tcp(lowWaterMark), ...READY],
  ['TCP, connect refused', refused, 'IN|OUT|ERR|HUP|RDHUP', 'ERR|HUP', 'IN|OUT|ERR|HUP|RDHUP', 'rw'],
  ['TCP, connect in progress', () => connecting().fd, ...IDLE],
  ['UDP, zero-length datagram', emptyDatagram, ...READY],
  ['UDP connected, own SHUT_RD', udpShutDown, ...HALF_CLOSED],
];

/**
 * Those that Windows has, too, with what it reports otherwise. It lacks SO_RCVLOWAT, and does not tell sockets that were
 * shut down by their owner.
 */
const NOT_OF_WINSOCK = /^AF_UNIX|own SHUT|RCVLOWAT|RST|inline/;
export const winsockStates: State[] = socketStates
  .filter(([name]) => !NOT_OF_WINSOCK.test(name))
  .map((state) => (state[0] === 'TCP bound, not listening' ? [state[0], state[1], ...IDLE] : state));
