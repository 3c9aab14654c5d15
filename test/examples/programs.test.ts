import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { tcpListener } from '../support/descriptors.js';
import { temporaryPath } from '../support/files.js';
import { root, start } from '../support/processes.js';
import { expectCleanEnd, startExample } from './support.js';

const programs = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.js'))
  .map((name) => name.replace('.js', ''))
  // Its one call is of epoll.
  .filter((name) => has.epoll || name !== 'exclusive-workers');
const tcpPrograms = programs.filter((name) => name !== 'unix-socket' && name !== 'udp-echo');

function run(name: string, ...args: string[]) {
  return start(process.execPath, [`examples/${name}.js`, ...args]).ended;
}

/** What a program needs besides, to start on a free address. */
function freeAddress(name: string): string[] {
  if (name === 'unix-socket') return ['--path', temporaryPath('socket')];
  if (name === 'tcp-proxy') return ['--port', '0', '--to', '127.0.0.1:1'];
  return name === 'blocking-worker' ? ['--port', '0', '--http-port', '0'] : ['--port', '0'];
}

describe.each(programs)('%s', (name) => {
  test('is shorter than 150 lines, says how to run it, and stands in the table', () => {
    const source = readFileSync(join(root, 'examples', `${name}.js`), 'utf8');
    expect(source.split('\n').length).toBeLessThanOrEqual(150);
    expect(source).toMatch(new RegExp(`^// .*(\n//.*)*\n//   node examples/${name}\\.js --`));
    expect(readFileSync(join(root, 'examples', 'README.md'), 'utf8')).toContain(`[${name}.js](${name}.js)`);
  });

  test('--help shows its options', async () => {
    const { code, stdout, stderr } = await run(name, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(name === 'unix-socket' ? '--path' : '--port');
  });

  test.each([[['--color'], "Unknown option '--color'"], [['address'], "Unexpected argument 'address'"]])(
    'refuses %j in one line',
    async (args, message) => {
      const { code, stdout, stderr } = await run(name, ...args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^${name}: ${message}.*\n$`));
    },
  );

  test.each(['SIGINT', 'SIGTERM'] as const)('ends with status 0 on %s', async (signal) => {
    await expectCleanEnd(await startExample(name, '', freeAddress(name)), signal);
  });
});

test.each(tcpPrograms)('%s says in one line that its port is in use', async (name) => {
  const { port } = tcpListener();
  const args = freeAddress(name).with(1, `${port}`);
  const { code, stdout, stderr } = await run(name, ...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(`${name}: EADDRINUSE: address already in use, bind 127.0.0.1:${port}\n`);
});

test.each(tcpPrograms)('%s refuses a port that is none', async (name) => {
  const { code, stderr } = await run(name, ...freeAddress(name).with(1, '65536'));
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^${name}: "address\\.port" must be a whole number from 0 to 65535.*\n$`));
});
