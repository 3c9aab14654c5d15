import type { Target } from '../../harness/workload.js';

export const RATE = 'messages per second';
export const CPU = 'CPU ns per message';
export const BUSY = '% of a core';

/** In each pair, the first loop makes calls for each message, and the second one for each batch of messages. */
export const SYNC = ['EpollSelector.selectEach', 'EpollSelector.selectEach+recvMany'] as const;
export const ASYNC = ['EpollSelector.selectAsync', 'EpollSelector.selectAsync+recvMany'] as const;

const CALLS = 'each message takes two calls into the addon of about 100 ns each';
const TWO_WAITS = "Node's event loop waits on the epoll descriptor, and then the selector calls epoll_wait(2)";

interface Bounds {
  /** Of the rate in C. */
  readonly rate: number;
  /** Of the CPU time in C. */
  readonly cpu: number;
  /** Of the rate of node:net. */
  readonly net: number;
  readonly reason?: string;
}

function syncTargets(peer: string, { rate, cpu, net, ...reason }: Bounds): Target[] {
  return [
    { peer, to: 'C/epoll', figure: RATE, least: rate, ...reason },
    { peer, to: 'C/epoll', figure: CPU, most: cpu, ...reason },
    { peer, to: 'node:net', figure: RATE, least: net, ...reason },
  ];
}

function asyncTargets(peer: string, sync: string): Target[] {
  return [
    { peer, to: sync, figure: RATE, least: 0.95, reason: TWO_WAITS },
    { peer, to: sync, figure: CPU, most: 1.05, reason: TWO_WAITS },
  ];
}

/** With one connection the rate measures wake-up latency, not throughput. */
const ONE_CONNECTION = ASYNC.map(
  (peer): Target => ({ peer, to: 'node:net', figure: RATE, least: 0.8, reason: TWO_WAITS }),
);

const MORE_CONNECTIONS = [
  ...syncTargets(SYNC[0], { rate: 0.85, cpu: 1.2, net: 1.3, reason: CALLS }),
  ...syncTargets(SYNC[1], { rate: 0.98, cpu: 1.03, net: 1.45 }),
  ...ASYNC.flatMap((peer, i) => asyncTargets(peer, SYNC[i])),
];

export function targets(connections: number): readonly Target[] {
  return connections < 10 ? ONE_CONNECTION : MORE_CONNECTIONS;
}
