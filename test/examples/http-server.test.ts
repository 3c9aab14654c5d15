import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { availableBackends, EPOLLOUT } from 'io-selectors';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { start } from '../support/processes.js';
import { Client, epollSets, expectCleanEnd, occurrences, type Program, readingClient, startExample, startWithLimit, untilRefused } from './support.js';

const MAX_BODY = 2 ** 20;

function post(body: string, fields = ''): string {
  return `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`;
}

/** One agent, which keeps one connection. */
function keepAlive(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return async (options: RequestOptions, body?: string) => {
    const sent = request({ ...options, port, agent }).end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const { statusCode, headers } = response;
    return { statusCode, headers, body: Buffer.concat(chunks).toString('latin1'), reused: sent.reusedSocket };
  };
}

async function expectServed({ port }: Program): Promise<void> {
  const text = await readingClient({ port }).write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n').closed;
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nHello, world!\n$/);
}

/** Resolves once the server's selector has asked epoll for EPOLLOUT. */
async function untilWriting(program: Program): Promise<void> {
  // The selector's entries have a generation in the upper half of the data, those of Node's event loop have not.
  const isWriting = () => epollSets(program).flat().some(({ events, data }) => data > 0xffff_ffffn && (events & EPOLLOUT) !== 0);
  while (!isWriting()) await setImmediate();
}

describe.runIf(has.signals).each(availableBackends())('with %s', (backend) => {
  test('keeps the connection of an agent for all its requests', async () => {
    const { port } = await startExample('http-server', backend);
    const ask = keepAlive(port);
    expect(await ask({ path: '/' })).toMatchObject({ statusCode: 200, body: 'Hello, world!\n', reused: false });
    expect(await ask({ path: '/?query' })).toMatchObject({ statusCode: 200, body: 'Hello, world!\n', reused: true });
    const head = await ask({ path: '/', method: 'HEAD' });
    expect(head).toMatchObject({ statusCode: 200, headers: { 'content-length': '14' }, body: '', reused: true });
    const body = 'large '.repeat(MAX_BODY).slice(0, MAX_BODY);
    const headers = { 'content-length': MAX_BODY };
    const echo = await ask({ path: '/echo', method: 'POST', headers }, body);
    expect(echo).toMatchObject({ statusCode: 200, reused: true });
    expect(echo.body === body).toBe(true);
    expect(await ask({ path: '/nowhere' })).toMatchObject({ statusCode: 404, body: 'Not Found\n', reused: true });
    expect(await ask({ path: '/' })).toMatchObject({ statusCode: 200, reused: true });
  });

  test('answers pipelined requests in their order, and those that arrive in pieces', async () => {
    const { port } = await startExample('http-server', backend);
    const client = readingClient({ port });
    const bodies = Array.from({ length: 300 }, (_, i) => `<${i}>`);
    client.write(bodies.map((body) => post(body)).join(''));
    await client.until('<299>');
    expect([...client.text.matchAll(/<\d+>/g)].map(String)).toEqual(bodies);
    for (const byte of post('in pieces')) await new Promise((resolve) => client.socket.write(byte, resolve));
    expect(await client.until('in pieces')).toMatch(/\r\n\r\nin pieces$/);
    // The end of what the client sends comes with its last requests.
    client.socket.end(post('last but one') + post('last'));
    expect(await client.closed).toMatch(/last but one[^]*\r\n\r\nlast$/);
  });

  test('a client that reads nothing delays nobody, and gets every answer once it reads', async () => {
    const program = await startExample('http-server', backend);
    const lazy = new Client(program);
    const body = 'x'.repeat(MAX_BODY);
    for (let i = 0; i < 64; i++) lazy.write(post(body));
    // Long enough to have received all, if it did not stop.
    for (let i = 0; i < 50; i++) await expectServed(program);
    expect(lazy.socket.writableLength).toBeGreaterThan(32 * MAX_BODY);
    await lazy.read().until((text) => text.length > 64 * MAX_BODY && text.endsWith('x'));
    expect(occurrences(lazy.text, 'HTTP/1.1 200 OK')).toBe(64);
  });

  test('survives clients that vanish in the midst of a request', async () => {
    const program = await startExample('http-server', backend);
    for (const part of ['', 'GET / HT', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf', post('x').repeat(1000)]) {
      await new Client(program).write(part).reset();
      new Client(program).write(part).read().socket.end();
    }
    await expectServed(program);
    await expectCleanEnd(program);
  });
});

test.runIf(has.signals)('closes connections that stall, and ends in time although a client reads nothing', async () => {
  const program = await startExample('http-server', '', ['--port', '0', '--timeout', '0.1']);
  expect(await readingClient(program).write('GET / HT').closed).toBe('');
  const lazy = new Client(program);
  for (let i = 0; i < 16; i++) lazy.write(post('x'.repeat(MAX_BODY)));
  await expectServed(program);
  await expectCleanEnd(program);
});
// What shows that the server waits for the client to read is epoll's.
test.runIf(has.signals && has.epoll)('sends the answer that it is at before it ends', async () => {
  const program = await startExample('http-server', '');
  const idle = readingClient(program);
  const lazy = new Client(program);
  for (let i = 0; i < 16; i++) lazy.write(post('x'.repeat(MAX_BODY)));
  await untilWriting(program);
  program.process.kill('SIGTERM');
  await untilRefused(program.port);
  expect(await idle.closed).toBe('');
  const [, ...answers] = (await lazy.read().closed).split('HTTP/1.1 200 OK');
  expect(answers.map((answer) => answer.replace(/^[^]*?\r\n\r\n/, '').length)).toEqual(answers.map(() => MAX_BODY));
  expect(answers.length).toBeGreaterThan(0);
  expect(answers.length).toBeLessThan(16);
  expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
});

test.runIf(has.signals)('serves those who wait for a descriptor when others leave', async () => {
  const program = await startWithLimit('http-server', '', 40);
  const clients = Array.from({ length: 60 }, () => readingClient(program));
  for (const client of clients) client.write('GET / HTTP/1.0\r\n\r\n');
  for (const client of clients) expect(await client.closed).toMatch(/^HTTP\/1.1 200 OK/);
  await expectCleanEnd(program);
});

test.runIf(has.signals).each(['0', 'soon', '-1'])('refuses --timeout %s', async (timeout) => {
  const { code, stderr } = await start(process.execPath, ['examples/http-server.js', `--timeout=${timeout}`]).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: `http-server: --timeout ${timeout}: a number of seconds is needed\n` });
});

const LONG = 'x'.repeat(9000);
const LAST: [name: string, text: string, status: number][] = [
  ['an unknown path', 'GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404],
  ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 200],
  ['a whole address', 'GET http://x/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 200],
  ['garbage', '\0\x16\x03\x01garbage\r\n\r\n', 400],
  ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', 400],
  ['two lengths', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx', 400],
  ['a negative length', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 400],
  ['a folded field', 'GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n', 400],
  ['chunks', 'POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n', 411],
  ['a body that is too long', post('').replace('Length: 0', `Length: ${MAX_BODY + 1}`), 413],
  ['an expectation', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n', 417],
  ['a head that is too long', `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${LONG}\r\n\r\n`, 431],
  ['a head without an end', LONG, 431],
];

test.runIf(has.signals)('nothing is answered after a last request, as one that is refused', async () => {
  const { port } = await startExample('http-server', '');
  for (const [name, text, status] of LAST) {
    const answer = await readingClient({ port }).write(text + post('after it')).closed;
    expect(answer, name).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\nConnection: close\r\n`));
    expect(occurrences(answer, 'HTTP/1.1'), name).toBe(1);
  }
});
