import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableBackends } from 'io-selectors';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { start } from '../support/processes.js';
import { Client, expectCleanEnd, type Program, readingClient, startExample } from './support.js';

interface Served extends Program {
  ask(path: string): Promise<unknown>;
}

async function serve(backend: string): Promise<Served> {
  const program = await startExample('blocking-worker', backend, ['--port', '0', '--http-port', '0']);
  const port = /and .*port: (\d+)/.exec(program.output())?.[1];
  return { ...program, ask: async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).json() };
}

describe.runIf(has.signals).each(availableBackends())('with %s', (backend) => {
  test('the worker takes commands while it blocks', async () => {
    const program = await serve(backend);
    expect(await program.ask('/stats')).toEqual({ accepted: 0, open: 0 });
    const clients = [1, 2, 3].map(() => readingClient(program));
    for (const client of clients) await client.write('hello').until('hello');
    expect(await program.ask('/stats')).toEqual({ accepted: 3, open: 3 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => program.ask('/stats')));
    expect(answers).toEqual(answers.map(() => ({ accepted: 3, open: 3 })));
    expect(await program.ask('/drop')).toEqual({ accepted: 3, open: 0 });
    for (const client of clients) expect(await client.closed).toBe('hello');
    await expectCleanEnd(program);
  });

  test('the worker echoes, whatever its clients do', async () => {
    const program = await serve(backend);
    const long = 'x'.repeat(8_000_000);
    const lazy = new Client(program).write(long);
    await new Client(program).write(long).reset();
    const client = readingClient(program).write(long);
    client.socket.end();
    expect((await client.closed) === long).toBe(true);
    lazy.socket.end();
    expect((await lazy.read().closed) === long).toBe(true);
    const idle = readingClient(program).write('hello');
    await idle.until('hello');
    await expectCleanEnd(program, 'SIGINT');
  });
});

test.runIf(has.signals)('knows two commands', async () => {
  const program = await serve('');
  const port = /and .*port: (\d+)/.exec(program.output())?.[1];
  const response = await fetch(`http://127.0.0.1:${port}/stop`);
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('/stats or /drop\n');
  await expectCleanEnd(program);
});

test.runIf(has.signals)('says in one line that the port of its commands is in use', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const args = ['examples/blocking-worker.js', '--port', '0', '--http-port', `${port}`];
  const { code, stderr } = await start(process.execPath, args).ended;
  const message = `blocking-worker: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`;
  expect({ code, stderr }).toEqual({ code: 1, stderr: message });
});
