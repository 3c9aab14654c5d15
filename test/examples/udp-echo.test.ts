import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { availableBackends } from 'io-selectors';
import { expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { portOf } from '../support/descriptors.js';
import { type Loopback, loopbacks, udp } from '../support/internet.js';
import { start } from '../support/processes.js';
import { type Program, startExample } from './support.js';

async function client({ port }: Program) {
  const socket = createSocket('udp4');
  onTestFinished(() => {
    socket.close();
  });
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return async (data: Buffer) => {
    const answer = once(socket, 'message');
    socket.send(data);
    return ((await answer) as [Buffer])[0];
  };
}

test.runIf(has.signals).each(availableBackends())('sends back datagrams of all lengths, to whom they came from, with %s', async (backend) => {
  const program = await startExample('udp-echo', backend);
  const [ask, other] = [await client(program), await client(program)];
  for (const length of [1, 0, 1472, 65507, 2]) {
    const data = Buffer.from(Array.from({ length }, (_, i) => i % 251));
    expect((await ask(data)).equals(data)).toBe(true);
  }
  const answers = await Promise.all([ask(Buffer.from('one')), other(Buffer.from('two'))]);
  expect(answers.map(String)).toEqual(['one', 'two']);
  // Whoever is gone when the answer comes harms nobody.
  const gone = createSocket('udp4');
  await new Promise((resolve) => gone.send('x', program.port, '127.0.0.1', resolve));
  gone.close();
  for (let i = 0; i < 200; i++) expect(String(await ask(Buffer.from(`${i}`)))).toBe(`${i}`);
  program.process.kill('SIGTERM');
  const { code, stdout, stderr } = await program.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^208 datagrams echoed, 0 dropped$/m);
});

test.runIf(has.signals)('says in one line that its port is in use', async () => {
  const { socket } = udp(loopbacks.find(({ family }) => family === 'IPv4') as Loopback);
  const port = portOf(socket);
  const { code, stderr } = await start(process.execPath, ['examples/udp-echo.js', '--port', `${port}`]).ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `udp-echo: EADDRINUSE: address already in use, bind 127.0.0.1:${port}\n`,
  });
});
