import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket as NodeSocket } from 'node:net';
import { AF_INET, IPPROTO_TCP, MSG_DONTWAIT, Socket, SO_RCVBUF, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, portOf } from '../support/descriptors.js';
import { untilReadable } from '../support/internet.js';
import { type Child, start } from '../support/processes.js';
import { backends } from '../support/selectors.js';
import { blockedIn, stopped } from '../support/threads.js';
import { until } from '../support/until.js';
import { WAITS } from '../support/waiting.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Linux's option for struct tcp_info. tcp(7) */
const TCP_INFO = 11;

async function serve(backend: string): Promise<{ server: Child; port: number }> {
  const server = start(process.execPath, ['dist/cli/main.js', 'serve', '--port', '0', '--backend', backend]);
  await server.printed('Ctrl-C');
  return { server, port: Number(/port (\d+)/.exec(server.output())?.[1]) };
}

/** A connection that has been served once and is idle now. */
async function idle(port: number): Promise<NodeSocket> {
  const socket = connect(port, '127.0.0.1');
  socket.write('hello');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toBe('hello');
  return socket;
}

/** How many bytes one end of a connection has sent without an acknowledgement, or received and not read. */
function queued(from: number, to: number): { sent: number; received: number } {
  const end = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const line = new RegExp(`${end(from)} ${end(to)} \\w\\w (\\w+):(\\w+)`).exec(readFileSync('/proc/net/tcp', 'utf8'));
  if (line === null) throw new Error('there is no such connection');
  return { sent: parseInt(line[1], 16), received: parseInt(line[2], 16) };
}

/** Whether the peer has acknowledged all bytes. Much faster than reading /proc/net/tcp. */
function isAcknowledged(client: Socket): boolean {
  const info = client.getOption(IPPROTO_TCP, TCP_INFO, 148);
  const [unacknowledged, unsent] = [info.readUInt32LE(24), info.readUInt32LE(144)];
  return unacknowledged + unsent === 0;
}

/**
 * Sends without reading anything until the server waits for room to write and leaves input unread.
 * Resolves with the number of bytes sent, all of which have arrived.
 */
async function stuff(client: Socket, port: number, waits: () => Promise<void>): Promise<number> {
  for (let total = 0; ; ) {
    total += client.send(pattern(total, 32768)) ?? 0;
    await until(() => isAcknowledged(client));
    // A server that sleeps with input unread waits for room to write.
    await waits();
    if (queued(port, portOf(client)).received > 0) return total;
  }
}

function slowClient(port: number): Socket {
  const client = owned(new Socket(AF_INET));
  client.setOption(SOL_SOCKET, SO_RCVBUF, 4096);
  client.connect({ address: '127.0.0.1', port });
  return client;
}

const CYCLE = Buffer.from(Uint8Array.from({ length: 251 }, (_, i) => i));

/** Bytes that show where in the stream they belong. */
function pattern(offset: number, length: number): Buffer {
  const start = offset % CYCLE.length;
  return Buffer.alloc(start + length, CYCLE).subarray(start);
}

/** Reads until the end of the stream. */
function readAll(client: Socket): Buffer {
  const pieces: Buffer[] = [];
  for (;;) {
    untilReadable(client);
    const piece = client.recv(65536);
    if (piece === null) continue;
    if (piece.length === 0) return Buffer.concat(pieces);
    pieces.push(piece);
  }
}

describe.runIf(has.signals).each(backends)('serve --backend %s', (backend) => {
  test.each(SIGNALS)('ends with status 0 after %s if nobody is connected', async (name) => {
    const { server } = await serve(backend);
    server.process.kill(name);
    const { code, signal, stdout, stderr } = await server.ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    expect(stdout).toMatch(new RegExp(`\n${name}: finishing 0 connections; Ctrl-C again ends at once\n$`));
  });

  test.each(SIGNALS)('closes idle connections after %s, and ends with status 0', async (name) => {
    const { server, port } = await serve(backend);
    const sockets = await Promise.all([idle(port), idle(port), idle(port)]);
    server.process.kill(name);
    await Promise.all(sockets.map((socket) => once(socket, 'end')));
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
    expect(server.output()).toContain('finishing 3 connections;');
  });

  test.each(SIGNALS)('sends back all that has arrived before %s to a peer that is slow to read', async (name) => {
    const { server, port } = await serve(backend);
    const other = await idle(port);
    const client = slowClient(port);
    const waits = () => blockedIn(String(server.process.pid), WAITS[backend]);
    const total = await stuff(client, port, waits);
    server.process.kill(name);
    await Promise.all([server.printed('finishing 2 connections;'), once(other, 'end')]);
    await waits();
    // It has stopped listening.
    const [error] = await once(connect(port, '127.0.0.1'), 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    const received = readAll(client);
    expect(received.length).toBe(total);
    expect(received.equals(pattern(0, total))).toBe(true);
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test.each(SIGNALS)('sends back what arrives together with %s', async (name) => {
    const { server, port } = await serve(backend);
    const client = await idle(port);
    server.process.kill('SIGSTOP');
    await stopped(server.process.pid);
    client.write('together');
    server.process.kill(name);
    await until(() => queued(client.localPort ?? 0, port).sent === 0);
    server.process.kill('SIGCONT');
    const [answer] = await once(client, 'data');
    expect(String(answer)).toBe('together');
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test.each(SIGNALS)('ends at once after a second signal: %s', async (name) => {
    const { server, port } = await serve(backend);
    const client = slowClient(port);
    for (let unread = 0; unread === 0; unread = queued(port, portOf(client)).received) {
      while (client.send(pattern(0, 65536), MSG_DONTWAIT) !== null);
      await blockedIn(String(server.process.pid), WAITS[backend]);
    }
    server.process.kill('SIGINT');
    await server.printed('finishing 1 connection;');
    server.process.kill(name);
    expect(await server.ended).toMatchObject({ signal: name, stderr: '' });
  });
});
