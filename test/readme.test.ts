import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tcpListener } from './support/descriptors.js';
import { root, startNode } from './support/processes.js';

const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';

test('the example has 12 lines at the most', () => {
  expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
});

test('the example echoes', async () => {
  const { listener, port } = tcpListener();
  listener.close();
  const ready = `console.log('listening');\nfor (;;)`;
  const server = startNode(example.replace('8090', `${port}`).replace('for (;;)', ready));
  await server.printed('listening');
  for (const text of ['hello', 'a second connection']) {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.end(text);
    const [answer] = await once(socket, 'data');
    expect(answer).toBe(text);
    await once(socket, 'close');
  }
  server.process.kill('SIGINT');
  expect(await server.ended).toMatchObject({ signal: 'SIGINT', stderr: '' });
});
