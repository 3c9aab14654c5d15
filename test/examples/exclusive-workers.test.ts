import { EPOLLEXCLUSIVE } from 'io-selectors';
import { expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { start } from '../support/processes.js';
import { epollSets, type Program, readingClient, startExample } from './support.js';

/** Of each epoll with an exclusive registration in it: how many. */
function exclusiveRegistrations(program: Program): number[] {
  const counts = epollSets(program).map((entries) => entries.filter(({ events }) => (events & EPOLLEXCLUSIVE) !== 0).length);
  return counts.filter((count) => count > 0);
}

const ARGS = ['--port', '0', '--workers', '3'];

test.runIf(has.signals && has.epoll)('workers share a listening socket, and each asks to be woken alone', async () => {
  const program = await startExample('exclusive-workers', '', ARGS);
  expect(exclusiveRegistrations(program)).toEqual([1, 1, 1]);
  const clients = Array.from({ length: 100 }, () => readingClient(program));
  await Promise.all(clients.map((client) => client.until(/^worker [123]\n$/)));
  const long = 'x'.repeat(2_000_000);
  for (const client of clients.slice(0, 6)) client.write(long).socket.end();
  for (const client of clients.slice(0, 6)) expect((await client.closed).slice(9) === long).toBe(true);
  for (const client of clients.slice(6, 9)) await client.write('hello').reset();
  // One that reads nothing does not delay the others of its worker.
  clients[9].write(long.repeat(8)).socket.pause();
  await Promise.all(clients.slice(10).map((client) => client.write('hello').until('hello')));
  program.process.kill('SIGTERM');
  const { code, stdout, stderr } = await program.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const counts = [...stdout.matchAll(/^worker \d: (\d+) connections, woken in vain \d+ times$/gm)].map(([, count]) => Number(count));
  expect(counts).toHaveLength(3);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
});

test.runIf(has.signals)('refuses a pool that is too large', async () => {
  const { code, stderr } = await start(process.execPath, ['examples/exclusive-workers.js', '--workers', '65']).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'exclusive-workers: --workers 65: from 1 to 64 are possible\n' });
});

test.runIf(has.signals && !has.epoll)('says in one line that it needs epoll', async () => {
  const { code, stderr } = await start(process.execPath, ['examples/exclusive-workers.js']).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^exclusive-workers: needs epoll.*\n$/);
});
