import { Worker } from 'node:worker_threads';
import { type Address, SOCK_DGRAM, SOCK_STREAM, socketPair } from 'io-selectors/socket';
import { onTestFinished, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned } from '../support/descriptors.js';
import { root } from '../support/processes.js';
import { untilReadable } from '../support/internet.js';

/** Connects and sends to the ports that come after the one in `last`, where the next pair is likely to be. */
const STRANGER = `
  const { workerData } = require('node:worker_threads');
  import('file://${root.replaceAll('\\', '/')}dist/socket.js').then(({ Socket, AF_INET, SOCK_DGRAM }) => {
    const last = new Int32Array(workerData);
    const udp = new Socket(AF_INET, SOCK_DGRAM);
    for (;;) {
      for (let port = Atomics.load(last, 0) + 1, i = 0; i < 8 && port < 65536; i++, port++) {
        const tcp = new Socket();
        try {
          udp.sendTo('stranger', { address: '127.0.0.1', port });
          tcp.setBlocking(false);
          tcp.connect({ address: '127.0.0.1', port });
          tcp.send('stranger');
        } catch {}
        tcp.close();
      }
    }
  });
`;

function portOf(address: Address): number {
  return 'port' in address ? address.port : 0;
}

// Elsewhere pairs are AF_UNIX sockets, which have no port to send to.
test.runIf(has.onlySockets)('a socket pair receives nothing from strangers who guess its port', () => {
  const last = new Int32Array(new SharedArrayBuffer(4));
  const stranger = new Worker(STRANGER, { eval: true, execArgv: [], workerData: last.buffer });
  onTestFinished(async () => void (await stranger.terminate()));
  for (let i = 0; i < 200; i++) {
    for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
      const [a, b] = socketPair(type).map(owned);
      expect([a.localAddress(), a.remoteAddress()]).toEqual([b.remoteAddress(), b.localAddress()]);
      a.send(`own ${i}`);
      untilReadable(b);
      expect(b.recv(100)?.toString()).toBe(`own ${i}`);
      expect([a.recv(1), b.recv(1)]).toEqual([null, null]);
      Atomics.store(last, 0, Math.max(portOf(a.localAddress()), portOf(b.localAddress())));
      a.close();
      b.close();
    }
  }
});
