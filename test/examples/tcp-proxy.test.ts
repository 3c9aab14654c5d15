import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { availableBackends } from 'io-selectors';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { tcpListener } from '../support/descriptors.js';
import { start } from '../support/processes.js';
import { Client, expectCleanEnd, type Program, readingClient, startExample, startWithLimit } from './support.js';

const MEGABYTE = 2 ** 20;

/** A server behind a proxy. */
async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A promise that is resolved from outside. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((later) => {
    resolve = later;
  });
  return { promise, resolve };
}

function proxyTo(port: number, backend: string): Promise<Program> {
  return startExample('tcp-proxy', backend, ['--port', '0', '--to', `127.0.0.1:${port}`]);
}

describe.runIf(has.signals).each(availableBackends())('with %s', (backend) => {
  test('passes on 32 MB in both directions at once', async () => {
    const proxy = await proxyTo(await serve((socket) => socket.pipe(socket)), backend);
    const client = readingClient(proxy);
    const block = Buffer.from(Array.from({ length: MEGABYTE }, (_, i) => i % 251));
    for (let i = 0; i < 32; i++) client.write(block);
    client.socket.end();
    const text = await client.closed;
    expect(text === block.toString('latin1').repeat(32)).toBe(true);
    await expectCleanEnd(proxy);
  });

  test('passes on the end of what the client sends, and the answer to it', async () => {
    const port = await serve((socket) => {
      let received = '';
      socket.on('data', (data) => {
        received += String(data);
      });
      socket.on('end', () => socket.end(`received ${received}`));
    });
    const client = readingClient(await proxyTo(port, backend));
    client.socket.end('all of it');
    expect(await client.closed).toBe('received all of it');
  });

  test('passes on the end of what the server sends, and what the client sends after it', async () => {
    const received = deferred<string>();
    const port = await serve((socket) => {
      let text = '';
      socket.on('data', (data) => {
        text += String(data);
      });
      socket.on('end', () => received.resolve(text)).end('the end');
    });
    const client = new Client(await proxyTo(port, backend));
    client.socket.resume().once('end', () => client.socket.end('after the end'));
    expect(await received.promise).toBe('after the end');
  });

  test('receives from the server what the client takes, and serves others meanwhile', async () => {
    const first = deferred<Socket>();
    const port = await serve((socket) => {
      socket.once('data', () => {
        for (let i = 0; i < 64; i++) socket.write(Buffer.alloc(MEGABYTE, 'x'));
        socket.end();
        first.resolve(socket);
      });
    });
    const proxy = await proxyTo(port, backend);
    const lazy = new Client(proxy).write('all');
    await first.promise;
    expect(await readingClient(proxy).write('all').closed).toHaveLength(64 * MEGABYTE);
    // Long enough to have received all, if the proxy did not stop.
    expect((await first.promise).writableLength).toBeGreaterThan(32 * MEGABYTE);
    expect(await lazy.read().closed).toHaveLength(64 * MEGABYTE);
    await expectCleanEnd(proxy);
  });

  test('ends the other side when one is reset', async () => {
    const ended = deferred<void>();
    const port = await serve((socket) => {
      socket.once('data', (data) => {
        if (String(data) === 'reset') socket.resetAndDestroy();
        else socket.write('hello');
      });
      socket.once('end', () => ended.resolve());
    });
    const proxy = await proxyTo(port, backend);
    const client = readingClient(proxy).write('hello');
    await client.until('hello');
    await client.reset();
    await ended.promise;
    expect(await readingClient(proxy).write('reset').closed).toBe('');
    await readingClient(proxy).write('hello').until('hello');
    await expectCleanEnd(proxy);
  });

  test('says that nobody listens, ends the connection, and goes on', async () => {
    const { listener, port } = tcpListener();
    listener.close();
    const proxy = await proxyTo(port, backend);
    for (let i = 0; i < 3; i++) expect(await readingClient(proxy).write('x').closed).toBe('');
    proxy.process.kill('SIGTERM');
    const { code, stderr } = await proxy.ended;
    expect(code).toBe(0);
    expect(stderr).toBe(`tcp-proxy: ECONNREFUSED: connection refused, connect 127.0.0.1:${port}\n`.repeat(3));
  });

  test('serves those who wait for a descriptor when others leave', async () => {
    const port = await serve((socket) => socket.pipe(socket));
    const proxy = await startWithLimit('tcp-proxy', backend, 40, ['--to', `127.0.0.1:${port}`]);
    const waiting = new Set(Array.from({ length: 30 }, () => readingClient(proxy).write('hello')));
    while (waiting.size > 0) {
      const served = await Promise.race([...waiting].map((client) => client.until('hello').then(() => client)));
      waiting.delete(served);
      served.socket.end();
    }
    await expectCleanEnd(proxy);
  });
});

test.runIf(has.signals).each(['', 'localhost:80', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:x', '[::1]'])('refuses --to %s', async (to) => {
  const { code, stderr } = await start(process.execPath, ['examples/tcp-proxy.js', `--to=${to}`]).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: `tcp-proxy: --to ${to}: an address in numbers and a port are needed\n` });
});
