import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as io from 'io-selectors/fd';
import { SO_RCVBUF, SO_SNDBUF, SOCK_DGRAM, SOCK_STREAM, Socket, socketPair, SOL_SOCKET } from 'io-selectors/socket';
import { File, type Kind } from './file.js';

/** One listener for all pairs of TCP sockets. */
let listener: Socket | undefined;

function tcpPair(): [number, number] {
  if (listener === undefined) {
    listener = new Socket();
    listener.setOption(SOL_SOCKET, SO_RCVBUF, 16384);
    listener.setOption(SOL_SOCKET, SO_SNDBUF, 16384);
    listener.bind({ address: '127.0.0.1', port: 0 });
    listener.listen();
  }
  const client = new Socket();
  client.setOption(SOL_SOCKET, SO_RCVBUF, 16384);
  client.setOption(SOL_SOCKET, SO_SNDBUF, 16384);
  client.connect(listener.localAddress());
  const server = listener.accept()?.socket;
  if (server === undefined) throw new Error('no connection');
  client.setBlocking(false);
  server.setBlocking(false);
  return [client.detach(), server.detach()];
}

/** Makes new descriptors, in the order of their slots. */
export function make(kind: Kind): [fd: number, file: File][] {
  switch (kind) {
    case 'pipe': {
      const [readFd, writeFd] = io.pipe();
      return pair([readFd, writeFd], new File(kind, 'pipe to read'), new File(kind, 'pipe to write'));
    }
    case 'stream':
    case 'dgram': {
      const [a, b] = socketPair(kind === 'stream' ? SOCK_STREAM : SOCK_DGRAM);
      return pair([a.detach(), b.detach()], new File(kind), new File(kind));
    }
    case 'tcp':
      return pair(tcpPair(), new File(kind), new File(kind));
    case 'eventfd': {
      const event = io.eventfd();
      const fd = io.dup(event.fd);
      event.close();
      return [[fd, new File(kind)]];
    }
    case 'file':
      return [[openSync(fileURLToPath(import.meta.url), 'r'), new File(kind)]];
    default:
      return [[openSync('/dev/null', 'r+'), new File(kind)]];
  }
}

function pair([a, b]: [number, number], first: File, second: File): [number, File][] {
  first.peer = second;
  second.peer = first;
  return [
    [a, first],
    [b, second],
  ];
}
