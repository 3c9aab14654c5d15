import { select } from 'io-selectors';
import {
  MSG_DONTWAIT,
  MSG_OOB,
  MSG_PEEK,
  MSG_WAITALL,
  SO_LINGER,
  SO_OOBINLINE,
  type Socket,
  SOL_SOCKET,
} from 'io-selectors/socket';
import { beforeEach, describe, expect, test } from 'vitest';
import { inChild } from '../support/child.js';
import { expectError } from '../support/errors.js';
import { connect, loopbacks, untilReadable } from '../support/internet.js';

describe.each(loopbacks)('data over TCP and $family', (loopback) => {
  let client: Socket;
  let server: Socket;

  beforeEach(() => {
    [client, server] = connect(loopback);
  });

  test('arrives as it was sent, with text as UTF-8', () => {
    expect(client.send('grüße')).toBe(7);
    expect(server.recv(100)).toEqual(Buffer.from('grüße'));
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(server.send(bytes)).toBe(256);
    expect(client.recv(256, MSG_WAITALL)).toEqual(Buffer.from(bytes));
  });

  test('is read in pieces of at most the size asked for', () => {
    client.send('abcdef');
    expect(server.recv(4)?.toString()).toBe('abcd');
    expect(server.recv(4)?.toString()).toBe('ef');
  });

  test('is read into a part of a buffer without touching the rest', () => {
    client.send('abcdef');
    const buffer = Buffer.from('..........');
    expect(server.recvInto(buffer.subarray(2, 5))).toBe(3);
    expect(buffer.toString()).toBe('..abc.....');
  });

  test('is null if there is none yet and the call does not block', () => {
    expect(server.recv(1, MSG_DONTWAIT)).toBeNull();
    server.setBlocking(false);
    expect(server.recv(1)).toBeNull();
    expect(server.recvInto(new Uint8Array(1))).toBeNull();
    expect(server.recvFrom(1)).toBeNull();
  });

  test('stays in the stream with MSG_PEEK', () => {
    client.send('ab');
    untilReadable(server);
    expect(server.recv(2, MSG_PEEK)?.toString()).toBe('ab');
    expect(server.recv(2)?.toString()).toBe('ab');
  });

  test('is accepted in part if it does not fit, and all that was accepted arrives', () => {
    client.setBlocking(false);
    const data = Buffer.alloc(16 * 2 ** 20, 'a chunk of data');
    const sent: Buffer[] = [];
    let total = 0;
    for (let count = client.send(data); count !== null; count = client.send(data)) {
      expect(count).toBeLessThan(data.length);
      sent.push(data.subarray(0, count));
      total += count;
    }
    expect(total).toBeGreaterThan(0);
    client.shutdown('write');
    const received: Buffer[] = [];
    for (let part = server.recv(2 ** 20)!; part.length > 0; part = server.recv(2 ** 20)!) received.push(part);
    expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true);
  });

  test('ends with no bytes, at every call', () => {
    client.send('last');
    client.close();
    expect(server.recv(10)?.toString()).toBe('last');
    expect(server.recv(10)).toEqual(Buffer.alloc(0));
    expect(server.recvInto(new Uint8Array(10))).toBe(0);
    expect(server.recvFrom(10)?.data).toEqual(Buffer.alloc(0));
  });

  test('still comes from the other side after a half-close', () => {
    client.shutdown('write');
    expect(server.recv(1)).toHaveLength(0);
    server.send('answer');
    expect(client.recv(10)?.toString()).toBe('answer');
    expectError(() => client.send('x'), 'EPIPE', { syscall: 'send', fd: client.fd });
  });

  test('ends at once after SHUT_RD, and can still be sent', () => {
    client.shutdown('read');
    expect(client.recv(1)).toHaveLength(0);
    client.send('x');
    expect(server.recv(1)?.toString()).toBe('x');
  });

  test('goes neither way after SHUT_RDWR', () => {
    client.shutdown('both');
    expect(client.recv(1)).toHaveLength(0);
    expect(server.recv(1)).toHaveLength(0);
    expectError(() => client.send('x'), 'EPIPE');
  });

  test('ends with ECONNRESET if the peer resets the connection', () => {
    // struct linger { int l_onoff; int l_linger; }: on, with a timeout of 0 seconds.
    const drop = new Uint8Array(Int32Array.of(1, 0).buffer);
    client.setOption(SOL_SOCKET, SO_LINGER, drop);
    client.close();
    untilReadable(server);
    expectError(() => server.recv(1), 'ECONNRESET', { syscall: 'recv', fd: server.fd });
    expect(server.recv(1)).toHaveLength(0);
  });

  test('out of band is exceptional, and is read apart from the rest', () => {
    client.send('ab');
    client.send('!', MSG_OOB);
    expect(select([], [], [server], 5000)[2]).toEqual([server]);
    expect(server.recv(10, MSG_OOB)?.toString()).toBe('!');
    expect(server.recv(10)?.toString()).toBe('ab');
  });

  test('out of band comes in its place with SO_OOBINLINE', () => {
    server.setOption(SOL_SOCKET, SO_OOBINLINE, true);
    client.send('ab');
    client.send('!', MSG_OOB);
    client.send('cd');
    expect(select([], [], [server], 5000)[2]).toEqual([server]);
    const parts = [server.recv(10)?.toString()];
    // A read ends at the mark of the urgent byte.
    untilReadable(server);
    parts.push(server.recv(10)?.toString());
    expect(parts.join('')).toBe('ab!cd');
    expectError(() => server.recv(1, MSG_OOB), 'EINVAL', { syscall: 'recv' });
  });

  test('out of band that was not sent fails with EINVAL', () => {
    expectError(() => server.recv(1, MSG_OOB), 'EINVAL', { syscall: 'recv', fd: server.fd });
  });
});

test('sending to a closed peer raises no SIGPIPE', async () => {
  const signals = await inChild(null, async ({ socket: { socketPair }, fd: { write } }) => {
    let count = 0;
    // Node ignores SIGPIPE unless there is a listener.
    process.on('SIGPIPE', () => count++);
    const codes: unknown[] = [];
    const attempt = async (call: () => unknown): Promise<void> => {
      try {
        call();
      } catch (error) {
        const { code }: NodeJS.ErrnoException = Object(error);
        codes.push(code);
      }
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      codes.push(count);
    };
    const [a, b] = socketPair();
    b.close();
    await attempt(() => a.send('x'));
    await attempt(() => a.sendTo('x', { path: '' }));
    await attempt(() => write(a.fd, 'x'));
    return codes;
  });
  expect(signals.slice(0, 2)).toEqual(['EPIPE', 0]);
  expect(signals[3]).toBe(0);
  // write(2) has no MSG_NOSIGNAL, so this one raises the signal.
  expect(signals.slice(4)).toEqual(['EPIPE', 1]);
});
