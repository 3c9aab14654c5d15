import { existsSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { availableBackends } from 'io-selectors';
import { AF_UNIX, Socket } from 'io-selectors/socket';
import { expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned } from '../support/descriptors.js';
import { temporaryPath } from '../support/files.js';
import { type Child, start } from '../support/processes.js';
import { Client, expectCleanEnd, readingClient, startExample } from './support.js';

function run(path: string): Child {
  return start(process.execPath, ['examples/unix-socket.js', '--path', path]);
}

test.runIf(has.signals).each(availableBackends())('answers questions, and removes its path at the end, with %s', async (backend) => {
  const path = temporaryPath('socket');
  const server = await startExample('unix-socket', backend, ['--path', path]);
  const client = readingClient({ path }).write('pid\nmem');
  await client.until(`${server.process.pid}\n`);
  client.write('ory\nnonsense\n');
  expect(await client.until('unknown')).toMatch(/^\d+\n\d+\nunknown: pid, uptime or memory\n$/);
  expect(await readingClient({ path }).write('x'.repeat(1000)).closed).toBe('');
  new Client({ path }).write('pid\n'.repeat(100_000)).socket.destroy();
  const lazy = new Client({ path }).write('pid\n'.repeat(100_000));
  await readingClient({ path }).write('uptime\n').until('\n');
  lazy.socket.end();
  expect((await lazy.read().closed).length).toBe(100_000 * `${server.process.pid}\n`.length);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await expectCleanEnd(server);
  expect(existsSync(path)).toBe(false);
});

test.runIf(has.signals)('replaces the path of a server that died', async () => {
  const path = temporaryPath('socket');
  const dead = await startExample('unix-socket', '', ['--path', path]);
  dead.process.kill('SIGKILL');
  await dead.ended;
  expect(existsSync(path)).toBe(true);
  const server = await startExample('unix-socket', '', ['--path', path]);
  await readingClient({ path }).write('pid\n').until(`${server.process.pid}\n`);
  await expectCleanEnd(server);
  expect(existsSync(path)).toBe(false);
});

test.runIf(has.signals)('leaves alone a path in use', async () => {
  const path = temporaryPath('socket');
  const listener = owned(new Socket(AF_UNIX));
  listener.bind({ path });
  listener.listen(0);
  const message = `unix-socket: EADDRINUSE: address already in use, bind ${path}\n`;
  expect(await run(path).ended).toMatchObject({ code: 1, stderr: message });
  // The connection that asked waits to be accepted, and there is no room for another.
  expect(await run(path).ended).toMatchObject({ code: 1, stderr: message });
});

test.runIf(has.signals)('leaves alone a file of another kind', async () => {
  const path = temporaryPath('file');
  writeFileSync(path, 'precious');
  const { code, stderr } = await run(path).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: `unix-socket: EADDRINUSE: address already in use, bind ${path}\n` });
  expect(statSync(path).size).toBe(8);
});

test.runIf(has.signals)('leaves a path that another server has taken meanwhile', async () => {
  const path = temporaryPath('socket');
  const first = await startExample('unix-socket', '', ['--path', path]);
  unlinkSync(path);
  const second = await startExample('unix-socket', '', ['--path', path]);
  await expectCleanEnd(first);
  await readingClient({ path }).write('pid\n').until(`${second.process.pid}\n`);
  await expectCleanEnd(second);
  expect(existsSync(path)).toBe(false);
});

test.runIf(has.signals).each([
  ['/no/such/directory/socket', 'ENOENT: no such file or directory, bind /no/such/directory/socket'],
  [`/${'x'.repeat(200)}`, '"address.path" must be shorter than 108 bytes'],
])('says in one line that %s cannot be', async (path, message) => {
  const { code, stderr } = await run(path).ended;
  expect(code).toBe(1);
  expect(stderr.startsWith(`unix-socket: ${message}`)).toBe(true);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test.runIf(has.signals)('asks for a path', async () => {
  const { code, stderr } = await start(process.execPath, ['examples/unix-socket.js']).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'unix-socket: --path is needed\n' });
});
