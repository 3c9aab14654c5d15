import { availableBackends } from 'io-selectors';
import { expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { start } from '../support/processes.js';
import { type Program, readingClient, startExample } from './support.js';

/** Ends the program, and returns how many connections each of its workers says to have accepted. */
async function accepted(program: Program): Promise<number[]> {
  program.process.kill('SIGTERM');
  const { code, stdout, stderr } = await program.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return [...stdout.matchAll(/^worker \d: (\d+) connections/gm)].map(([, count]) => Number(count));
}

test.runIf(has.signals).each(availableBackends())('workers share a port, each with a socket of its own, with %s', async (backend) => {
  const program = await startExample('reuseport-workers', backend, ['--port', '0', '--workers', '3']);
  const clients = Array.from({ length: 100 }, () => readingClient(program));
  const greetings = await Promise.all(clients.map((client) => client.until(/^worker [123]\n$/)));
  // That one worker gets none of 100 connections happens once in 10^17 times.
  expect(new Set(greetings).size).toBe(3);
  const long = 'x'.repeat(2_000_000);
  for (const client of clients.slice(0, 6)) client.write(long).socket.end();
  for (const client of clients.slice(0, 6)) expect((await client.closed).slice(9) === long).toBe(true);
  for (const client of clients.slice(6, 9)) await client.write('hello').reset();
  // One that reads nothing does not delay the others of its worker.
  clients[9].write(long.repeat(8)).socket.pause();
  await Promise.all(clients.slice(10).map((client) => client.write('hello').until('hello')));
  const counts = await accepted(program);
  expect(counts).toHaveLength(3);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
});

test.runIf(has.signals)('refuses a pool of nobody', async () => {
  const { code, stderr } = await start(process.execPath, ['examples/reuseport-workers.js', '--workers', '0']).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'reuseport-workers: --workers 0: from 1 to 64 are possible\n' });
});
