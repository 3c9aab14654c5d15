import { execFileSync } from 'node:child_process';
import type { Socket as DatagramSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Socket as NetSocket, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileObject } from 'io-selectors';
import type { signals } from 'io-selectors/fd';
import type { Socket } from 'io-selectors/socket';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import { root } from '../support/processes.js';

const PROGRAM = `
import { DefaultSelector, EVENT_READ, EpollEventList } from 'io-selectors';
import { pidfd, signals } from 'io-selectors/fd';
import { MessageList, Socket } from 'io-selectors/socket';

export async function program(): Promise<(string | number)[]> {
  const socket = new Socket();
  const selector = new DefaultSelector<string>();
  selector.register(socket, EVENT_READ, 'data');
  const bytes: Uint8Array | null = socket.recv(16);
  const names: readonly string[] = signals(['SIGINT']).read();
  const events = await selector.selectAsync({ timeoutMs: 1 });
  const list = new EpollEventList(1);
  return [...names, bytes?.length ?? 0, pidfd(1).read()?.signal ?? '', list.length, new MessageList(1, 1).length,
    ...events.map(({ key }) => key.data)];
}
`;

/** A project of a user, which has the package and nothing else. */
function project(): string {
  const directory = mkdtempSync(join(tmpdir(), 'declarations-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(root, join(directory, 'node_modules/io-selectors'));
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(directory, 'program.ts'), PROGRAM);
  return directory;
}

test.each(['es2022', 'es2023,dom', 'esnext'])('the declarations compile without @types/node, with lib %s', (lib) => {
  const options = `--noEmit --strict --target es2022 --lib ${lib} --module nodenext --types`.split(' ');
  const compile = () =>
    execFileSync(join(root, 'node_modules/.bin/tsc'), [...options, '', '--preserveSymlinks', 'program.ts'], {
      cwd: project(),
      encoding: 'utf8',
      env: { ...process.env, LD_PRELOAD: '' },
    });
  expect(compile()).toBe('');
});

test('with @types/node the declarations use its types', () => {
  expectTypeOf<Socket['recv']>().returns.toEqualTypeOf<Buffer | null>();
  expectTypeOf<typeof signals>().parameter(0).toEqualTypeOf<Iterable<NodeJS.Signals>>();
  expectTypeOf<NetSocket | Server | DatagramSocket>().toExtend<FileObject>();
});
