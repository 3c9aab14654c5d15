import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { getDescriptorLimit } from '../fd.js';
import {
  availableBackends,
  type BaseSelector,
  EpollSelector,
  PollSelector,
  SelectSelector,
} from '../index.js';
import type { LoadResult } from './echo-load.js';
import { EchoServer, type Handler } from './echo-server.js';
import { codeOf } from './error-code.js';
import { shrinkBuffers } from './shrink-buffers.js';
import { SPARE_DESCRIPTORS } from './spare-descriptors.js';
import { formatTable } from './table.js';

const main = fileURLToPath(new URL('main.js', import.meta.url));
const HEADER = ['back end', 'connections', 'highest descriptor', 'messages verified', 'messages/s', 'waits'];

interface Contender {
  label: string;
  backend: BaseSelector['backend'];
  /** Whether this back end is run to show that it cannot do it. */
  mayRefuse?: boolean;
  create: () => BaseSelector<Handler>;
}

interface Outcome {
  row: (string | number)[];
  complete: boolean;
  partialWrites: number;
  refusal: Error | undefined;
}

/**
 * Serves the given number of connections of a second process on each back end, verifies every byte that comes back,
 * and prints a table.
 *
 * @throws Error if not every message was verified
 */
export async function echo(connections: number, messages: number): Promise<void> {
  const soft = descriptorLimit();
  if (soft < connections + SPARE_DESCRIPTORS) {
    const most = Math.max(0, soft - SPARE_DESCRIPTORS);
    throw new Error(`${connections} connections need more than the ${soft} descriptors allowed here: --connections ${most}`);
  }
  const outcomes: Outcome[] = [];
  for (const contender of contenders(connections)) outcomes.push(await run(contender, connections, messages));
  console.log(`\n${formatTable(HEADER, outcomes.map(({ row }) => row))}`);
  const partialWrites = outcomes.reduce((sum, outcome) => sum + outcome.partialWrites, 0);
  console.log(`\n${partialWrites.toLocaleString('en-US')} times the server waited for EVENT_WRITE to send the rest.`);
  for (const { row, refusal } of outcomes) if (refusal !== undefined) console.log(`${row[0]}: ${refusal.message}`);
  const incomplete = outcomes.filter(({ complete }) => !complete).map(({ row }) => row[0]);
  if (incomplete.length > 0) throw new Error(`not every message was verified: ${incomplete.join('; ')}`);
}

/** Infinity where there is none. */
function descriptorLimit(): number {
  try {
    return getDescriptorLimit().soft;
  } catch (error) {
    if (codeOf(error) === 'ERR_NOT_SUPPORTED') return Infinity;
    throw error;
  }
}

function contenders(connections: number): Contender[] {
  const fdSetSize = connections + SPARE_DESCRIPTORS;
  const all: Contender[] = [
    { label: 'epoll', backend: 'epoll', create: () => new EpollSelector() },
    { label: 'poll', backend: 'poll', create: () => new PollSelector() },
    { label: 'select, fdSetSize', backend: 'select', create: () => new SelectSelector({ fdSetSize }) },
    { label: 'select', backend: 'select', mayRefuse: true, create: () => new SelectSelector() },
  ];
  const available = availableBackends();
  return all.filter(({ backend }) => available.includes(backend));
}

async function run({ label, mayRefuse, create }: Contender, connections: number, messages: number): Promise<Outcome> {
  using selector = create();
  using server = new EchoServer(selector, { host: '127.0.0.1', port: 0, prepare: shrinkBuffers });
  const child = spawn(process.execPath, [main, 'echo-load', label, `${server.port}`, `${connections}`, `${messages}`], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  let result: LoadResult | undefined;
  child.on('message', (message: LoadResult) => (result = message));
  // The load opens all its connections before it sends anything, and closes them when it ends, however it ends.
  if (await firstConnection(selector, ended)) {
    server.serve(() => server.refusal !== undefined || (server.accepted > 0 && server.connections === 0));
  }
  const { refusal } = server;
  if (refusal !== undefined) child.kill('SIGKILL');
  await ended;
  const { verified, seconds } = result ?? { verified: 0, seconds: 0 };
  const measured = refusal === undefined ? [verified, Math.round(verified / seconds)] : ['refused', '-'];
  return {
    row: [label, server.accepted, server.highestFd, ...measured, server.waits],
    complete: verified === connections * messages || (mayRefuse === true && refusal !== undefined),
    partialWrites: server.partialWrites,
    refusal,
  };
}

/** Waits for the first connection: false if the load has ended without one. */
async function firstConnection(selector: BaseSelector<Handler>, ended: Promise<unknown>): Promise<boolean> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  void ended.then(stop, stop);
  try {
    await selector.selectAsync({ signal: abort.signal });
    return true;
  } catch (error) {
    if (abort.signal.aborted) return false;
    throw error;
  }
}
