import { execFileSync } from 'node:child_process';
import { availableBackends } from 'io-selectors';
import { describe, expect, test } from 'vitest';
import { Client, expectCleanEnd, occurrences, readingClient, startExample, startWithLimit } from './support.js';
import { has } from '../support/capability.js';

/** A request as an array of bulk strings. */
function array(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

const ANSWERS: [request: string, reply: string][] = [
  [array('PING'), '+PONG\r\n'],
  [array('ping', 'hello'), '$5\r\nhello\r\n'],
  [array('ECHO', 'a\r\n\0\xff'), '$5\r\na\r\n\0\xff\r\n'],
  [array('ECHO', ''), '$0\r\n\r\n'],
  [array('GET', 'key'), '$-1\r\n'],
  [array('SET', 'key', '9'), '+OK\r\n'],
  [array('GET', 'key'), '$1\r\n9\r\n'],
  [array('INCR', 'key'), ':10\r\n'],
  [array('INCR', 'new'), ':1\r\n'],
  [array('EXISTS', 'key', 'new', 'key', 'none'), ':3\r\n'],
  [array('DEL', 'key', 'new', 'none'), ':2\r\n'],
  [array('EXISTS', 'key'), ':0\r\n'],
  ['SET  inline\t-8 \r\n', '+OK\r\n'],
  ['incr inline\n', ':-7\r\n'],
  ['\r\n', ''],
  ['*0\r\n', ''],
  ['*-1\r\n', ''],
  [array('SET', 'text', 'no number'), '+OK\r\n'],
  [array('INCR', 'text'), '-ERR value is not an integer or out of range\r\n'],
  [array('SET', 'most', '9223372036854775807'), '+OK\r\n'],
  [array('INCR', 'most'), '-ERR value is not an integer or out of range\r\n'],
  [array('GET', 'most'), '$19\r\n9223372036854775807\r\n'],
  [array('GET'), "-ERR wrong number of arguments for 'GET' command\r\n"],
  [array('SET', 'a', 'b', 'c'), "-ERR wrong number of arguments for 'SET' command\r\n"],
  [array('FLUSH\r\n+OK'), "-ERR unknown command 'FLUSH  +OK'\r\n"],
  [array('constructor'), "-ERR unknown command 'constructor'\r\n"],
];
const REPLIES = ANSWERS.map(([, reply]) => reply).join('');

const REFUSED: [request: string, message: string][] = [
  ['*x\r\n', 'invalid multibulk length'],
  ['*10000000\r\n', 'invalid multibulk length'],
  ['*1\r\n+PING\r\n', 'invalid bulk length'],
  ['*1\r\n$-1\r\n', 'invalid bulk length'],
  [`*1\r\n$${2 ** 20}\r\n`, 'invalid bulk length'],
  [`*3\r\n$3\r\nSET\r\n$600000\r\n${'x'.repeat(600_000)}\r\n$600000\r\n`, 'invalid bulk length'],
  ['x'.repeat(2000), 'too big inline request'],
];

describe.runIf(has.signals).each(availableBackends())('with %s', (backend) => {
  test('answers requests one by one, all at once, and in pieces', async () => {
    const { port } = await startExample('redis-server', backend);
    const client = readingClient({ port });
    for (const [request, reply] of ANSWERS) {
      client.text = '';
      client.write(request);
      await client.until(reply);
      expect(client.text).toBe(reply);
    }
    client.write(array('DEL', 'inline', 'text', 'most'));
    await client.until(':3\r\n');
    client.text = '';
    client.write(ANSWERS.map(([request]) => request).join(''));
    await client.until((text) => text.length >= REPLIES.length);
    expect(client.text).toBe(REPLIES);
    client.text = '';
    for (const byte of array('SET', 'piece', 'by piece') + array('GET', 'piece')) {
      await new Promise((resolve) => client.socket.write(byte, resolve));
    }
    expect(await client.until('by piece')).toBe('+OK\r\n$8\r\nby piece\r\n');
  });

  test('answers 100,000 pipelined requests, long values among them', async () => {
    const { port } = await startExample('redis-server', backend);
    const client = readingClient({ port });
    const long = 'x'.repeat(1_000_000);
    client.write(array('INCR', 'n').repeat(50_000) + array('SET', 'long', long));
    client.write(array('GET', 'long') + array('INCR', 'n').repeat(50_000));
    await client.until(':100000\r\n');
    const numbers = Array.from({ length: 100_000 }, (_, i) => `:${i + 1}\r\n`);
    const expected = `${numbers.slice(0, 50_000).join('')}+OK\r\n$1000000\r\n${long}\r\n${numbers.slice(50_000).join('')}`;
    expect(client.text === expected).toBe(true);
  });

  test('says what it does not understand, after the replies before it, and ends the connection', async () => {
    const { port } = await startExample('redis-server', backend);
    for (const [request, message] of REFUSED) {
      const text = await readingClient({ port }).write(`PING\r\n${request}`).closed;
      expect(text).toBe(`+PONG\r\n-ERR Protocol error: ${message}\r\n`);
    }
  });

  test('clients that vanish, or read nothing, delay nobody', async () => {
    const program = await startExample('redis-server', backend);
    await new Client(program).write('*2\r\n$3\r\nGET').reset();
    const lazy = new Client(program).write(array('SET', 'long', 'x'.repeat(1_000_000)));
    lazy.write(array('GET', 'long').repeat(32));
    await new Client(program).write(array('GET', 'long').repeat(32)).reset();
    await readingClient(program).write('PING\r\n').until('+PONG\r\n');
    await lazy.read().until((text) => text.length > 32_000_000);
    expect(occurrences(lazy.text, '$1000000\r\n')).toBe(32);
    await expectCleanEnd(program);
  });

  test('serves those who wait for a descriptor when others leave', async () => {
    const program = await startWithLimit('redis-server', backend, 40);
    const clients = Array.from({ length: 60 }, () => readingClient(program).write('PING\r\n'));
    const waiting = new Set(clients);
    while (waiting.size > 0) {
      const served = await Promise.race([...waiting].map((client) => client.until('+PONG\r\n').then(() => client)));
      waiting.delete(served);
      served.socket.end();
    }
    await expectCleanEnd(program);
  });
});

/** Whether a program is installed here. */
function isInstalled(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Redis comes with it; few machines have it.
test.runIf(has.signals && isInstalled('redis-cli'))('answers redis-cli', async () => {
  const { port } = await startExample('redis-server', '');
  const ask = (...words: string[]) => execFileSync('redis-cli', ['-p', `${port}`, ...words], { encoding: 'utf8' });
  expect([ask('set', 'n', '41'), ask('incr', 'n'), ask('get', 'none')]).toEqual(['OK\n', '42\n', '\n']);
});

test.runIf(has.signals && isInstalled('redis-benchmark'))('answers redis-benchmark', async () => {
  const { port } = await startExample('redis-server', '');
  const args = ['-p', `${port}`, '-q', '-n', '10000', '-P', '16', '-t', 'ping,set,get,incr'];
  const report = execFileSync('redis-benchmark', args, { encoding: 'utf8' });
  for (const name of ['PING_INLINE', 'PING_MBULK', 'SET', 'GET', 'INCR']) {
    expect(report).toMatch(new RegExp(`${name}: [\\d.]+ requests per second`));
  }
});
