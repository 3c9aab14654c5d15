import { twoCores } from './cores.js';
import { c, compile, libuv, npmEpoll, ours, py } from './peers.js';
import { Program } from './program.js';
import type { Peer, Target, Workload } from './workload.js';

const RATE = 'messages per second';
const CPU = 'CPU ns per message';
const BUSY = '% of a core';

/** The loops that make one call for each message, and those that make one for all that are ready. */
const SYNC = ['EpollSelector.selectEach', 'EpollSelector.selectEach+recvMany'];
const ASYNC = ['EpollSelector.selectAsync', 'EpollSelector.selectAsync+recvMany'];

const TWO_WAITS = "Node's event loop waits for the epoll descriptor, and then the selector asks that";

function targetsAt(connections: number): Target[] {
  const neverBelowNet = ASYNC.map((peer): Target => ({ peer, to: 'node:net', figure: RATE, least: 1 }));
  if (connections !== 1000) return connections < 1000 ? neverBelowNet : [];
  const toC = { to: 'C/epoll', figure: RATE };
  const cpuToC = { to: 'C/epoll', figure: CPU };
  return [
    ...SYNC.flatMap((peer): Target[] => [
      { ...toC, peer, least: 0.95 },
      { ...cpuToC, peer, most: 1.15 },
      { peer, to: 'node:net', figure: RATE, least: 1.5 },
    ]),
    ...ASYNC.flatMap((peer): Target[] => [
      { ...toC, peer, least: 0.9, otherCalls: TWO_WAITS },
      { ...cpuToC, peer, most: 1.4, otherCalls: TWO_WAITS },
    ]),
    ...neverBelowNet,
  ];
}

/** Node's own sockets. */
function net(): Peer {
  return { ...ours('echo-net', 'node:net'), name: 'node:net' };
}

/** TCP echo servers. The load is a process of its own. */
export const echo: Workload = {
  name: 'echo',
  about: 'TCP echo servers over loopback: messages of 64 bytes, one in flight for each of N connections',
  sizeOf: 'connections',
  figures: [
    { name: RATE, digits: 0 },
    { name: CPU, digits: 0 },
    { name: BUSY, digits: 0 },
  ],
  full: { rounds: 5, milliseconds: 500, sizes: [1, 10, 100, 1000, 5000] },
  quick: { rounds: 3, milliseconds: 150, sizes: [1000] },
  // The load warms the server up.
  overheadMs: 600,

  descriptors: (size) => size + 100,

  peers() {
    const peers = [
      c('echo', 'epoll'),
      c('echo', 'epoll+batch'),
      libuv('echo'),
      ...[...SYNC, ...ASYNC].map((name) => ours('echo', name)),
      py('echo', 'EpollSelector'),
      net(),
      npmEpoll('echo'),
    ];
    // The load is in C, so that it costs less than any server.
    const { missing } = peers[0];
    return missing === undefined ? peers : peers.map((peer) => ({ ...peer, missing: `${missing} for the load` }));
  },

  async measure(peer, connections, milliseconds) {
    const [serverCore, loadCore] = twoCores();
    await using serving = new Program(peer.command(connections, milliseconds), serverCore);
    const amount = [await serving.line(), `${connections}`, `${milliseconds}`, `${serving.pid}`];
    // Where the two share a core, a load that never sleeps would take it from the server.
    const spin = loadCore === undefined ? [] : ['spin'];
    await using loading = new Program([compile('echo-load'), ...amount, ...spin], loadCore);
    const [messages, seconds, cpuSeconds] = (await loading.line()).split(' ').map(Number);
    // The server first: when the load goes, it resets its connections.
    await serving.finish();
    return { [RATE]: messages / seconds, [CPU]: (cpuSeconds / messages) * 1e9, [BUSY]: (cpuSeconds / seconds) * 100 };
  },

  targets: targetsAt,
};
