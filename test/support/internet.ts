import { EVENT_READ, EVENT_WRITE, SelectSelector } from 'io-selectors';
import { AF_INET, AF_INET6, Socket, SOCK_DGRAM } from 'io-selectors/socket';
import { owned, portOf } from './descriptors.js';

export interface Loopback {
  family: 'IPv4' | 'IPv6';
  domain: number;
  address: string;
  any: string;
}

const LOOPBACKS: Loopback[] = [
  { family: 'IPv4', domain: AF_INET, address: '127.0.0.1', any: '0.0.0.0' },
  { family: 'IPv6', domain: AF_INET6, address: '::1', any: '::' },
];

/** The loopback interfaces of this machine. Containers often lack IPv6. */
export const loopbacks = LOOPBACKS.filter(isUsable);
export const hasIPv6 = loopbacks.length === 2;

function isUsable({ domain, address }: Loopback): boolean {
  const socket = new Socket(domain);
  try {
    socket.bind({ address, port: 0 });
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

/** A blocking listener on a free port. */
export function listen({ domain, address }: Loopback): { listener: Socket; port: number } {
  const listener = owned(new Socket(domain));
  listener.bind({ address, port: 0 });
  listener.listen();
  return { listener, port: portOf(listener) };
}

/** Two connected, blocking TCP sockets. */
export function connect(loopback: Loopback): [client: Socket, server: Socket] {
  const { listener, port } = listen(loopback);
  const client = owned(new Socket(loopback.domain));
  client.connect({ address: loopback.address, port });
  return [client, accept(listener)];
}

/** Waits for the next connection and accepts it. */
export function accept(listener: Socket): Socket {
  untilReadable(listener);
  const accepted = listener.accept();
  if (accepted === null) throw new Error('no connection is waiting');
  return owned(accepted.socket);
}

/** A port on which nothing listens. */
export function unusedPort(loopback: Loopback): number {
  const { listener, port } = listen(loopback);
  listener.close();
  return port;
}

/** A blocking UDP socket on a free port. */
export function udp({ domain, address }: Loopback): { socket: Socket; port: number } {
  const socket = owned(new Socket(domain, SOCK_DGRAM));
  socket.bind({ address, port: 0 });
  return { socket, port: portOf(socket) };
}

export function untilReadable(file: Socket | number): void {
  waitFor(file, EVENT_READ);
}

export function untilWritable(file: Socket | number): void {
  waitFor(file, EVENT_WRITE);
}

/** With a selector, which resumes after EINTR: a raw call would end with it when a child exits. */
function waitFor(file: Socket | number, events: number): void {
  const selector = new SelectSelector();
  try {
    selector.register(file, events);
    if (selector.select(5000).length === 0) throw new Error('not ready within five seconds');
  } finally {
    selector.close();
  }
}
