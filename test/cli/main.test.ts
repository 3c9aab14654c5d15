import { once } from 'node:events';
import { connect } from 'node:net';
import { availableBackends } from 'io-selectors';
import { expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { tcpListener } from '../support/descriptors.js';
import { type Child, start } from '../support/processes.js';

function cli(...args: string[]): Child {
  return start(process.execPath, ['dist/cli/main.js', ...args]);
}

async function echoed(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.end(text);
  let answer = '';
  socket.on('data', (chunk: string) => {
    answer += chunk;
  });
  await once(socket, 'end');
  return answer;
}

async function servedPort(server: Child): Promise<number> {
  await server.printed('Ctrl-C');
  return Number(/port (\d+)/.exec(server.output())?.[1]);
}

test('echo verifies every message on each back end and shows a table', async () => {
  const { code, stdout, stderr } = await cli('echo', '--connections', '40', '--messages', '5').ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // On Windows all sets are as large as they must be.
  const selects = has.fdSetSize ? ['select, fdSetSize', 'select'] : ['select'];
  const rows = [...availableBackends().filter((name) => name !== 'select'), ...selects];
  for (const row of rows) expect(stdout).toMatch(new RegExp(`^${row} +40 +\\d+ +200 +[\\d,]+ +[\\d,]+$`, 'm'));
});

test.runIf(has.fdSetSize)('echo shows that plain select refuses descriptor 1024', async () => {
  const { code, stdout } = await cli('echo', '--connections', '1100', '--messages', '1').ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^select +[\d,]+ +1,023 +refused/m);
  expect(stdout).toContain('select: descriptor 1024 does not fit into a set of 1024 descriptors');
});

test.runIf(has.descriptorLimit)('echo says how many connections are possible when the limit is too low', async () => {
  const { code, stderr } = await cli('echo', '--connections', '1000000').ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^io-selectors: 1000000 connections need more than .* --connections \d+\n$/);
});

test.runIf(has.signals)('SIGINT ends echo and its load generator at once', async () => {
  const child = cli('echo', '--connections', '500', '--messages', '40');
  await child.printed('messages verified');
  child.process.kill('SIGINT');
  // Its output ends when the last process that holds it is gone.
  expect(await child.ended).toMatchObject({ signal: 'SIGINT', stderr: '' });
});

test.each(availableBackends())('serve --backend %s serves until it is interrupted', async (backend) => {
  const server = cli('serve', '--port', '0', '--backend', backend);
  const port = await servedPort(server);
  expect(server.output()).toContain(backend);
  const long = 'x'.repeat(1_000_000);
  expect(await Promise.all([echoed(port, 'hello'), echoed(port, long)])).toEqual(['hello', long]);
  server.process.kill('SIGINT');
  // Windows ends a process that is interrupted by another.
  expect(await server.ended).toMatchObject({ ...(has.signals ? { code: 0 } : { signal: 'SIGINT' }), stderr: '' });
});

test('serve survives a peer that resets its connection', async () => {
  const server = cli('serve', '--port', '0');
  const port = await servedPort(server);
  const rude = connect(port, '127.0.0.1');
  await once(rude, 'connect');
  rude.write('x'.repeat(100_000));
  rude.resetAndDestroy();
  expect(await echoed(port, 'still there')).toBe('still there');
});

test('serve reports in one line that the port is in use', async () => {
  const { port } = tcpListener();
  const { code, stderr } = await cli('serve', '--port', `${port}`).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: `io-selectors: port ${port} of 127.0.0.1 is in use\n` });
});

test.each([
  [[], 'a command is needed'],
  [['dance'], 'unknown command dance'],
  [['serve', '--port', '65536'], '--port 65536: a whole number from 0 to 65535'],
  [['serve', '--port', '1.5'], '--port 1.5'],
  [['serve', '--host', 'localhost'], '--host localhost: an IPv4 or IPv6 address'],
  [['serve', '--backend', 'kqueue'], '--backend kqueue: choose one of'],
  [['serve', '--color'], "Unknown option '--color'"],
  [['echo', '--connections', '0'], '--connections 0'],
])('%j is refused with status 2', async (args, message) => {
  const { code, stderr } = await cli(...args).ended;
  expect(code).toBe(2);
  expect(stderr).toContain(`io-selectors: ${message}`);
  expect(stderr).toMatch(/See: io-selectors --help\n$/);
});

test('an unknown IO_SELECTORS_BACKEND is reported in one line', async () => {
  const child = start(process.execPath, ['dist/cli/main.js', 'serve', '--port', '0'], { IO_SELECTORS_BACKEND: 'bogus' });
  const { code, stderr } = await child.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^io-selectors: IO_SELECTORS_BACKEND=bogus is not available: choose one of .*\n$/);
});

test('--help names every command and option', async () => {
  const { code, stdout } = await cli('--help').ended;
  expect(code).toBe(0);
  for (const word of ['echo', 'serve', '--connections', '--messages', '--port', '--host', '--backend']) {
    expect(stdout).toContain(word);
  }
});

test.each([
  ['serve', '--help', ['--port', '--host', '--backend']],
  ['serve', '-h', ['--port', '--host', '--backend']],
  ['echo', '--help', ['--connections', '--messages']],
  ['echo', '-h', ['--connections', '--messages']],
])('%s %s shows the help of that command alone', async (command, option, words) => {
  const { code, stdout, stderr } = await cli(command, option).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage:\\n  io-selectors ${command} `));
  for (const word of words) expect(stdout).toContain(word);
  expect(stdout).not.toContain(`io-selectors ${command === 'echo' ? 'serve' : 'echo'}`);
});

test('--help works whatever the other options are, but not with an unknown command', async () => {
  expect((await cli('serve', '--port', 'x', '--help').ended).code).toBe(0);
  const { code, stderr } = await cli('dance', '--help').ended;
  expect(code).toBe(2);
  expect(stderr).toContain('unknown command dance');
});
