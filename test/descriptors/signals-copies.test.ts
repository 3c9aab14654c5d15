import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { root } from '../support/processes.js';
import { saidBy, startWithSignals } from './signals.js';

const require = createRequire(import.meta.url);
const nodeGypBuild: { resolve(directory: string): string } = require('node-gyp-build');

const directory = mkdtempSync(join(tmpdir(), 'io-selectors-'));
const moduleOf = (copy: string) => join(directory, copy, 'dist/fd.js');

/** Three copies of the package, like versions that several dependencies bring along. */
beforeAll(() => {
  for (const name of ['a', 'b', 'c']) {
    const copy = join(directory, name);
    mkdirSync(copy);
    for (const part of ['package.json', 'dist']) cpSync(join(root, part), join(copy, part), { recursive: true });
    cpSync(nodeGypBuild.resolve(root), join(copy, 'build/Release/io_selectors.node'));
    cpSync(dirname(require.resolve('node-gyp-build')), join(copy, 'node_modules/node-gyp-build'), { recursive: true });
  }
});

afterAll(() => rmSync(directory, { recursive: true }));

/** Statements that import the copies as a, b, c. */
const COPIES = `
  const a = await import(${JSON.stringify(moduleOf('a'))});
  const b = await import(${JSON.stringify(moduleOf('b'))});
  const c = await import(${JSON.stringify(moduleOf('c'))});
  const copies = { a, b, c };
`;

const ORDERS = ['abc', 'acb', 'bac', 'bca', 'cab', 'cba'];

// The copy of each object, in the order of their creation.
describe.runIf(has.signals).each(['ab', 'aba', 'bab', 'abc', 'abcabc', 'ccbbaa'])('copies of the package in one process: %s', (made) => {
  test('each report every signal once', async () => {
    const said = await saidBy(`
      ${COPIES}
      const objects = [...'${made}'].map((copy) => copies[copy].signals(['SIGUSR2', 'SIGTERM']));
      kill('SIGUSR2');
      say(objects.map((object) => object.read()));
      kill('SIGTERM');
      kill('SIGUSR2');
      say(objects.map((object) => object.read()));
      say(objects.map((object) => object.read()));
    `);
    const each = (...names: string[]) => Array.from(made, () => names);
    expect(said).toEqual([each('SIGUSR2'), each('SIGUSR2', 'SIGTERM'), each()]);
  });

  test('restore the default action when the last is closed, in any order', async () => {
    const child = startWithSignals(`
      ${COPIES}
      for (const order of ${JSON.stringify(ORDERS)}) {
        const all = [...'${made}'].map((name) => [name, copies[name].signals(['SIGUSR2'])]);
        const left = [...order].flatMap((copy) => all.filter(([name]) => name === copy));
        while (left.length > 0) {
          kill('SIGUSR2');
          const deaf = left.filter(([, object]) => object.read().length !== 1);
          if (deaf.length > 0 || !caught('SIGUSR2')) say('deaf in ' + order);
          left.shift()[1].close();
        }
        if (caught('SIGUSR2')) say('caught after ' + order);
      }
      say('survived');
      kill('SIGUSR2');
      io.select([], [], []);
    `);
    expect(await child.ended).toMatchObject({ stderr: '', signal: 'SIGUSR2', stdout: 'survived\n' });
  });
});

describe.runIf(has.signals)('copies of the package in one process', () => {
  test("keep libuv's handler, in whatever order they are closed", async () => {
    const said = await saidBy(`
      ${COPIES}
      let count = 0;
      const x = a.signals(['SIGTERM']);
      process.on('SIGTERM', () => count++);
      const y = b.signals(['SIGTERM']);
      const z = c.signals(['SIGTERM']);
      kill('SIGTERM');
      await heard('SIGTERM');
      say([x.read(), y.read(), z.read(), count]);
      for (const object of [y, x, z]) object.close();
      kill('SIGTERM');
      await heard('SIGTERM');
      say(count);
      process.exit();
    `);
    expect(said).toEqual([[['SIGTERM'], ['SIGTERM'], ['SIGTERM'], 1], 2]);
  });

  test('report signals and restore the default action in a worker, too', async () => {
    const child = startWithSignals(`
      ${COPIES}
      const x = a.signals(['SIGUSR2']);
      const worker = new Worker(\`
        const { parentPort, workerData } = require('node:worker_threads');
        import(workerData).then(({ signals }) => {
          const object = signals(['SIGUSR2']);
          const timer = setInterval(() => {
            const names = object.read();
            if (names.length > 0) parentPort.postMessage(names);
          }, 1);
          parentPort.postMessage('ready');
        });
      \`, { eval: true, execArgv: [], workerData: ${JSON.stringify(moduleOf('b'))} });
      await once(worker, 'message');
      kill('SIGUSR2');
      say([x.read(), ...(await once(worker, 'message'))]);
      x.close();
      kill('SIGUSR2');
      say([caught('SIGUSR2'), ...(await once(worker, 'message'))]);
      await worker.terminate();
      say(caught('SIGUSR2'));
      kill('SIGUSR2');
      io.select([], [], []);
    `);
    const { signal, stdout } = await child.ended;
    expect({ signal, stdout }).toEqual({
      signal: 'SIGUSR2',
      stdout: '[["SIGUSR2"],["SIGUSR2"]]\n[true,["SIGUSR2"]]\nfalse\n',
    });
  });
});
