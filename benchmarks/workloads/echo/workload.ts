import { twoCores } from '../../harness/cores.js';
import { compile, programsOf } from '../../harness/peers.js';
import { Program } from '../../harness/program.js';
import type { Answer, Peer, Workload } from '../../harness/workload.js';
import { lineChart } from '../../report/charts.js';
import { sentence, timesC } from '../../report/findings.js';
import type { Presentation } from '../../report/presentation.js';
import { ASYNC, BUSY, CPU, RATE, SYNC, targets } from './targets.js';

const OURS = [...SYNC, ...ASYNC];
const { c, libuv, ours, python, net, npm } = programsOf('echo');

function peers(): Peer[] {
  const all = [
    c('epoll'),
    c('epoll+batch'),
    libuv(),
    ...OURS.map(ours),
    python('EpollSelector'),
    net(),
    npm(),
  ];
  // The client is in C, so that it costs less than any server.
  const { missing } = all[0];
  return missing === undefined ? all : all.map((peer) => ({ ...peer, missing: `${missing} for the client` }));
}

/** Runs a server and its client, each pinned to a core of its own. */
async function measure(peer: Peer, connections: number, milliseconds: number): Promise<Answer> {
  const [serverCore, clientCore] = twoCores();
  await using server = new Program(peer.command(connections, milliseconds), serverCore);
  const amount = [await server.line(), `${connections}`, `${milliseconds}`, `${server.pid}`];
  // On a shared core, a client that never sleeps would take the time from the server.
  const spin = clientCore === undefined ? [] : ['spin'];
  await using client = new Program([compile('echo/echo-client'), ...amount, ...spin], clientCore);
  const [messages, seconds, cpuSeconds] = (await client.line()).split(' ').map(Number);
  // The server must end first: the client resets its connections when it ends.
  await server.finish();
  return { [RATE]: messages / seconds, [CPU]: (cpuSeconds / messages) * 1e9, [BUSY]: (cpuSeconds / seconds) * 100 };
}

/** TCP echo servers. */
export const echo: Workload & Presentation = {
  name: 'echo',
  about: 'TCP echo server on loopback: 64-byte messages, one in flight on each of N connections',
  sizeOf: 'connections',
  figures: [
    { name: RATE, digits: 0 },
    { name: CPU, digits: 0 },
    { name: BUSY, digits: 0 },
  ],
  full: { rounds: 5, milliseconds: 500, sizes: [1, 10, 100, 1000, 5000] },
  quick: { rounds: 3, milliseconds: 150, sizes: [1000] },
  // The client warms the server up first.
  overheadMs: 600,

  descriptors: (size) => size + 100,
  peers,
  measure,
  targets,

  highlights: SYNC.map((peer) => ({
    what: (size) => `echo server, ${size} connections, \`${peer.replace('EpollSelector.', '').replace('+', '` with `')}\``,
    figure: RATE,
    size: 1000,
    ours: peer,
    python: 'Python/EpollSelector',
    net: 'node:net',
  })),

  findings: (results) => [
    ...sentence(
      "**An echo server** handles, relative to C's messages per second: ",
      [...OURS, 'node:net'].map((peer) => timesC(results, peer)),
    ),
    'With one connection the rate measures wake-up latency, not throughput.',
  ],

  plot: (results) =>
    lineChart('TCP echo server by the number of connections', results, { width: 380, linear: [true, false] }),
};
