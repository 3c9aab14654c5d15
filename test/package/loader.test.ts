import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as io from 'io-selectors';
import * as fd from 'io-selectors/fd';
import * as sockets from 'io-selectors/socket';
import { describe, expect, onTestFinished, test } from 'vitest';
import { root, startNode } from '../support/processes.js';
import { inThread } from '../support/threads.js';

const nodeGypBuild: { resolve(directory: string): string } = createRequire(import.meta.url)('node-gyp-build');

/** With this variable node-gyp-build looks for prebuilds only. */
const BUILDS = { PREBUILDS_ONLY: '' };

/** A copy of the package without the addon. */
function copy({ loader }: { loader: boolean }): string {
  const directory = mkdtempSync(join(tmpdir(), 'io-selectors-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  cpSync(join(root, 'dist'), join(directory, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(directory, 'package.json'));
  mkdirSync(join(directory, 'node_modules'));
  if (loader) cpSync(join(root, 'node_modules/node-gyp-build'), join(directory, 'node_modules/node-gyp-build'), { recursive: true });
  return directory;
}

interface Failure {
  code: string;
  message: string;
  isError: boolean;
  cause: { message: string; code?: string };
}

/** Imports an entry point of the copy and reports why that failed. */
async function failure(directory: string, entry = 'index.js'): Promise<Failure> {
  const child = startNode(`
    const error = await import(${JSON.stringify(pathToFileURL(join(directory, 'dist', entry)))}).then(() => ({}), (error) => error);
    console.log(JSON.stringify({
      code: error.code,
      message: error.message,
      isError: error instanceof Error,
      cause: { message: error.cause?.message, code: error.cause?.code },
    }));
  `, BUILDS);
  const { stdout } = await child.ended;
  return JSON.parse(stdout);
}

describe('an addon that cannot be loaded', () => {
  test.each(['index.js', 'socket.js', 'fd.js'])(
    'makes %s throw an error that tells what was tried, why it failed, and which command builds it',
    async (entry) => {
      const directory = copy({ loader: true });
      const error = await failure(directory, entry);
      expect(error).toMatchObject({ isError: true, code: 'ERR_DLOPEN_FAILED' });
      expect(error.message).toContain(directory);
      expect(error.message).toContain('build/Release');
      expect(error.message).toContain(`prebuilds/${process.platform}-${process.arch}`);
      expect(error.message).toContain('npm rebuild io-selectors');
      expect(error.cause.message).toMatch(/No native build was found/);
      expect(error.message).toContain(error.cause.message);
    },
  );

  test('is told with the machine that it has to fit', async () => {
    const { message } = await failure(copy({ loader: true }));
    expect(message).toContain(`on ${process.platform}-${process.arch}`);
    expect(message).toContain(`Node.js ${process.versions.node}, Node-API ${process.versions.napi}`);
    if (process.platform === 'linux') expect(message).toMatch(/glibc [0-9.]+|musl/);
  });

  test.each([
    ['is empty', () => Buffer.alloc(0)],
    ['is a text', () => Buffer.from('not a shared object')],
    ['is half an addon', (addon: Buffer) => addon.subarray(0, addon.length / 2)],
    ['is the first page of an addon', (addon: Buffer) => addon.subarray(0, 4096)],
    ['lacks its last byte', (addon: Buffer) => addon.subarray(0, -1)],
    ['is for another processor', (addon: Buffer) => Buffer.from(addon.fill(0xff, 18, 20))],
    [
      'is for another libc',
      (addon: Buffer) => Buffer.from(addon.toString('latin1').replace('libc.so.6', 'libc.so.9'), 'latin1'),
    ],
    [
      'was built for a sanitizer',
      (addon: Buffer) => Buffer.concat([addon, Buffer.from('libtsan.so.2')]),
    ],
  ])('fails to load, and never ends the process, if its file %s', async (_, change) => {
    const directory = copy({ loader: true });
    const prebuilds = join(directory, 'prebuilds', `${process.platform}-${process.arch}`);
    mkdirSync(prebuilds, { recursive: true });
    writeFileSync(join(prebuilds, 'io-selectors.node'), change(readFileSync(nodeGypBuild.resolve(root))));
    const error = await failure(directory);
    expect(error).toMatchObject({ isError: true, code: 'ERR_DLOPEN_FAILED' });
    expect(error.message).toContain(join(prebuilds, 'io-selectors.node'));
    expect(error.message).toContain('npm rebuild io-selectors');
  });

  test.each([
    [{ node: '20.18.3' }, 'Node.js 20.18.3 is older than 20.19'],
    [{ node: '18.20.8' }, 'Node.js 18.20.8 is older than 20.19'],
    [{ napi: '7' }, 'Node-API 7, and version 8 is needed'],
    [{ napi: undefined }, 'Node-API undefined, and version 8 is needed'],
  ])('is not looked for on a runtime of versions %j', async (versions, reason) => {
    const child = startNode(`
      Object.defineProperty(process, 'versions', { value: { ...process.versions, ...${JSON.stringify(versions)} } });
      if (${'napi' in versions && versions.napi === undefined}) delete process.versions.napi;
      await import('io-selectors').catch((error) => console.log(error.message));
    `);
    expect((await child.ended).stdout).toContain(reason);
  });

  test('keeps the cause if its file is not an addon', async () => {
    const directory = copy({ loader: true });
    mkdirSync(join(directory, 'build/Release'), { recursive: true });
    writeFileSync(join(directory, 'build/Release/io_selectors.node'), 'not a shared object');
    const error = await failure(directory);
    expect(error.code).toBe('ERR_DLOPEN_FAILED');
    expect(error.message).toContain('npm rebuild io-selectors');
    expect(error.cause.code).toBe('ERR_DLOPEN_FAILED');
    expect(error.cause.message).toContain('io_selectors.node');
  });

  test('keeps the cause if node-gyp-build is missing', async () => {
    const error = await failure(copy({ loader: false }));
    expect(error.code).toBe('ERR_DLOPEN_FAILED');
    expect(error.cause.code).toBe('MODULE_NOT_FOUND');
  });
});

test('the addon of a build is found in build/Release', async () => {
  const directory = copy({ loader: true });
  cpSync(nodeGypBuild.resolve(root), join(directory, 'build/Release/io_selectors.node'));
  const { stdout } = await startNode(`
    const { socketPair } = await import(${JSON.stringify(pathToFileURL(join(directory, 'dist/socket.js')))});
    const pair = socketPair();
    console.log(pair[1].send('hello'));
  `, BUILDS).ended;
  expect(stdout).toBe('5\n');
});

describe.each<[string, object]>([
  ['io-selectors', io],
  ['io-selectors/fd', fd],
  ['io-selectors/socket', sockets],
])('%s', (name, imported) => {
  test('gives the same classes and functions to require() and import', async () => {
    const { stdout, stderr } = await startNode(`
      import { createRequire } from 'node:module';
      import { join } from 'node:path';
      import * as imported from '${name}';
      const required = createRequire(join(process.cwd(), 'index.cjs'))('${name}');
      const names = Object.keys(imported);
      console.log(JSON.stringify({
        names,
        same: names.filter((key) => required[key] === imported[key]),
        required: Object.keys(required).filter((key) => key !== '__esModule'),
      }));
    `).ended;
    expect(stderr).not.toContain('Error');
    const { names, same, required }: Record<string, string[]> = JSON.parse(stdout);
    expect(new Set(names)).toEqual(new Set(Object.keys(imported)));
    expect(same).toEqual(names);
    expect(new Set(required)).toEqual(new Set(names));
  });
});

test('objects from require() are instances of imported classes', async () => {
  const { stdout } = await startNode(`
    import { createRequire } from 'node:module';
    import { join } from 'node:path';
    import { BaseSelector, DefaultSelector } from 'io-selectors';
    import { Socket } from 'io-selectors/socket';
    const require = createRequire(join(process.cwd(), 'index.cjs'));
    const selector = new (require('io-selectors').DefaultSelector)();
    console.log(
      selector instanceof BaseSelector,
      selector instanceof DefaultSelector,
      require('io-selectors/socket').socketPair()[0] instanceof Socket,
    );
  `).ended;
  expect(stdout).toBe('true true true\n');
});

test('require() can read the version of the package', () => {
  const require = createRequire(import.meta.url);
  expect(require('io-selectors/package.json')).toMatchObject({ name: 'io-selectors' });
});

test('sixteen workers load the addon at once and wait with it', async () => {
  const inputs = Array.from({ length: 16 }, (_, i) => i);
  const threads = await Promise.all(
    inputs.map((input) =>
      inThread(input, ({ DefaultSelector, EVENT_READ, fd: { close, write }, socket: { socketPair } }, number) => {
        const [r, w] = socketPair().map((end) => end.detach());
        const selector = new DefaultSelector<number>();
        selector.register(r, EVENT_READ, number);
        const idle = selector.select(1).length;
        write(w, 'x');
        const found = selector.select().map(({ key }) => key.data);
        selector.close();
        close(r);
        close(w);
        return { idle, found };
      }),
    ),
  );
  const results = await Promise.all(threads.map((thread) => thread.result));
  expect(results).toEqual(inputs.map((number) => ({ idle: 0, found: [number] })));
});

test.each([
  ['first, and the main thread while it is alive', 'await import("io-selectors/fd"); await worker.terminate();'],
  ['first, and the main thread after it has ended', 'await worker.terminate(); await import("io-selectors/fd");'],
])('a worker loads the addon %s', async (_, rest) => {
  const { code, signal, stdout, stderr } = await startNode(`
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const source = \`
      const { parentPort } = require('node:worker_threads');
      const { socketPair } = require('io-selectors/socket');
      const pair = socketPair();
      parentPort.postMessage(pair[1].send('hello'));
      setInterval(() => {}, 1000);
    \`;
    const worker = new Worker(source, { eval: true, execArgv: [] });
    const [inWorker] = await once(worker, 'message');
    ${rest}
    const { socketPair } = await import('io-selectors/socket');
    const pair = socketPair();
    console.log(inWorker, pair[1].send('hello!'));
  `).ended;
  expect({ code, signal, stdout, stderr }).toEqual({ code: 0, signal: null, stdout: '5 6\n', stderr: '' });
});
