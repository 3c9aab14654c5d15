import { once } from 'node:events';
import { connect } from 'node:net';
import { SO_LINGER, Socket, SOL_SOCKET } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { owned, tcpListener } from '../support/descriptors.js';
import type { Child } from '../support/processes.js';
import { backends } from '../support/selectors.js';
import { type Block, blocksOf } from './markdown.js';
import { programOf, promised, run, startProgram } from './program.js';

const [{ code: example }, ...others] = blocksOf('README.md').filter(({ language }) => language === 'js');
const [signalsExample] = others;

/** Starts the echo server, on another port. */
async function serve(port: number): Promise<Child> {
  const ready = `console.log('listening');\nfor (;;)`;
  const server = startProgram(example.replace('8090', `${port}`).replace('for (;;)', ready));
  await server.printed('listening');
  return server;
}

async function end(server: Child): Promise<void> {
  server.process.kill('SIGINT');
  expect(await server.ended).toMatchObject({ signal: 'SIGINT', stderr: '' });
}

function freePort(): number {
  const { listener, port } = tcpListener();
  listener.close();
  return port;
}

async function expectEcho(port: number, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.end(text);
  const [answer] = await once(socket, 'data');
  expect(answer).toBe(text);
  await once(socket, 'close');
}

function connected(port: number): Socket {
  const client = owned(new Socket());
  client.connect({ address: '127.0.0.1', port });
  return client;
}

/** Connects, and resets the connection after it has sent this, perhaps before it is accepted. */
function reset(port: number, text: string): void {
  const client = connected(port);
  client.setOption(SOL_SOCKET, SO_LINGER, new Uint8Array(Int32Array.of(1, 0).buffer));
  client.send(text);
  client.close();
}

test('the echo server has 15 lines at the most, none of them long', () => {
  const lines = example.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(15);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
});

test('the echo server echoes', async () => {
  const port = freePort();
  const server = await serve(port);
  await expectEcho(port, 'hello');
  await expectEcho(port, 'a second connection');
  await end(server);
});

test('the echo server survives peers that reset their connection, and serves others', async () => {
  const port = freePort();
  const server = await serve(port);
  for (let i = 0; i < 20; i++) reset(port, 'x'.repeat(i * 1000));
  const rude = connected(port);
  rude.send('x');
  expect(rude.recv(1)?.toString()).toBe('x');
  rude.setOption(SOL_SOCKET, SO_LINGER, new Uint8Array(Int32Array.of(1, 0).buffer));
  rude.close();
  await expectEcho(port, 'still there');
  await end(server);
});

test('the echo server is started again at once on the same port', async () => {
  const port = freePort();
  const first = await serve(port);
  const client = connected(port);
  client.send('x');
  expect(client.recv(1)?.toString()).toBe('x');
  // The end of the server closes the connection, which lingers on its side.
  await end(first);
  expect(client.recv(1)).toHaveLength(0);
  client.close();
  const second = await serve(port);
  await expectEcho(port, 'again');
  await end(second);
});

test('the echo server does not wait for a peer that takes nothing of what is sent back, and serves others', async () => {
  const port = freePort();
  const server = await serve(port);
  const lazy = connect(port, '127.0.0.1').on('error', () => {});
  lazy.write(Buffer.alloc(16 * 2 ** 20));
  await new Promise((resolve) => {
    lazy.once('close', resolve);
  });
  await expectEcho(port, 'still there');
  await end(server);
});

describe.each(backends)('with IO_SELECTORS_BACKEND=%s', (backend) => {
  const env = { IO_SELECTORS_BACKEND: backend };

  test.each(others.map((block): [number, Block] => [block.line, block]))(
    'the program of line %i runs, and prints what it says',
    async (_, block) => {
      const { printed, stderr, code } = await run(block, env);
      expect({ printed, stderr, code }).toEqual({ printed: promised(programOf(block)), stderr: '', code: 0 });
    },
  );

  test('the program for signals leaves the selector and the signal as they were', async () => {
    const program = `${programOf(signalsExample)}
      console.log(selector.select(0).length, selector.getMap().size);
      process.kill(process.pid, 'SIGTERM');
      selector.select();`;
    const { stdout, stderr, signal } = await startProgram(program, env).ended;
    expect({ stdout, stderr, signal }).toEqual({ stdout: "[ 'SIGTERM' ]\n0 0\n", stderr: '', signal: 'SIGTERM' });
  });
});
