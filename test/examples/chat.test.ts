import { availableBackends } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { Client, expectCleanEnd, type Program, readingClient, startExample, startWithLimit } from './support.js';
import { has } from '../support/capability.js';

/** So many guests, whose numbers are in order: each hears of its own coming. */
async function join(program: Program, count: number): Promise<Client[]> {
  const clients: Client[] = [];
  for (let i = 1; i <= count; i++) {
    const client = readingClient(program);
    await client.until(`guest ${i} has come\n`);
    clients.push(client);
  }
  return clients;
}

describe.runIf(has.signals).each(availableBackends())('with %s', (backend) => {
  test('passes on lines, whole or in pieces, to all others', async () => {
    const program = await startExample('chat', backend);
    const [a, b, c] = await join(program, 3);
    b.write('hello\r\nto ');
    for (const byte of Buffer.from('you: \u00fc\u20ac\n')) await new Promise((resolve) => b.socket.write(Buffer.of(byte), resolve));
    const lines = 'guest 2: hello\nguest 2: to you: \xc3\xbc\xe2\x82\xac\n';
    expect(await c.until('\xac\n')).toBe(`guest 3 has come\n${lines}`);
    await a.until(lines);
    c.write('\x1b[2J\0bell\x07\n');
    await a.until('guest 3: [2Jbell\n');
    expect(await b.until('bell\n')).toBe('guest 2 has come\nguest 3 has come\nguest 3: [2Jbell\n');
    // What has no end is a line, too.
    b.socket.end('bye');
    await c.until('guest 2: bye\nguest 2 has left\n');
    await a.reset();
    await c.until(/guest 1 (has left|is gone)\n/);
    await expectCleanEnd(program);
  });

  test('drops who reads nothing, and delays no others', async () => {
    const program = await startExample('chat', backend);
    const [listener, talker] = await join(program, 2);
    const lazy = [new Client(program), new Client(program), new Client(program)];
    await listener.until('guest 5 has come\n');
    const line = 'x'.repeat(1000);
    let count = 0;
    // Its own reader keeps up: each batch is read before the next is written.
    while (!/(guest [345] is too slow\n[^]*){3}/.test(listener.text)) {
      talker.write(`${line} ${count}\n`.repeat(16));
      await listener.until(`x ${count++}\n`);
      if (count % 100 === 0) await listener.until((text) => text.split('\n').length > 16 * count);
    }
    await listener.until((text) => text.split(line).length === 16 * count + 1);
    for (const client of lazy) await client.read().closed;
    talker.write('still here\n');
    await listener.until('guest 2: still here\n');
    await expectCleanEnd(program);
  });

  test('drops who never ends a line', async () => {
    const program = await startExample('chat', backend);
    const [listener, endless] = await join(program, 2);
    endless.write('x'.repeat(10_000));
    await listener.until('guest 2 writes lines that are too long\n');
    await endless.closed;
    await expectCleanEnd(program);
  });

  test('lets those in who wait for a descriptor when others leave', async () => {
    const program = await startWithLimit('chat', backend, 40);
    const clients = Array.from({ length: 60 }, () => new Client(program));
    for (const client of clients) client.read().socket.end('bye\n');
    for (const client of clients) await client.closed;
    await readingClient(program).until('guest 61 has come\n');
    await expectCleanEnd(program);
  });
});
