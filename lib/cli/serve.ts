import { type Signals, signals } from '../fd.js';
import {
  availableBackends,
  type BaseSelector,
  DefaultSelector,
  EVENT_READ,
  EpollSelector,
  PollSelector,
  SelectSelector,
} from '../index.js';
import { EchoServer, type Handler } from './echo-server.js';
import { codeOf } from './error-code.js';
import { UsageError } from './usage-error.js';

const SELECTORS = { select: SelectSelector, poll: PollSelector, epoll: EpollSelector };

/** Serves until SIGINT (Ctrl-C) or SIGTERM, and then until everything in flight was sent back. */
export function serve(host: string, port: number, backend: string | undefined): void {
  using selector = create(backend);
  using server = listen(selector, host, port);
  finishOnSignal(selector, server);
  console.log(`echoing on ${host} port ${server.port} with ${selector.backend}; end with Ctrl-C`);
  let refused = 0;
  server.serve(() => {
    if (server.refusal !== undefined && refused++ === 0) console.error(`connection refused: ${server.refusal.message}`);
    return false;
  });
}

function finishOnSignal(selector: BaseSelector<Handler>, server: EchoServer): void {
  const ends = trySignals();
  // Where there are none, they end the process at once.
  if (ends === undefined) return;
  selector.register(ends, EVENT_READ, () => {
    const [first] = ends.read();
    if (first === undefined) return;
    selector.unregister(ends);
    // From now on the next one has its default action.
    ends.close();
    const count = server.connections;
    console.log(`${first}: finishing ${count} connection${count === 1 ? '' : 's'}; Ctrl-C again ends at once`);
    server.finish();
  });
}

function trySignals(): Signals | undefined {
  try {
    return signals(['SIGINT', 'SIGTERM']);
  } catch (error) {
    if (codeOf(error) === 'ERR_NOT_SUPPORTED') return undefined;
    throw error;
  }
}

function create(backend: string | undefined): BaseSelector<Handler> {
  if (backend === undefined) return new DefaultSelector<Handler>();
  const available = availableBackends();
  const name = available.find((one) => one === backend);
  if (name === undefined) throw new UsageError(`--backend ${backend}: choose one of ${available.join(', ')}`);
  return new SELECTORS[name]<Handler>();
}

function listen(selector: BaseSelector<Handler>, host: string, port: number): EchoServer {
  try {
    return new EchoServer(selector, { host, port });
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') throw new Error(`port ${port} of ${host} is in use`, { cause: error });
    throw error;
  }
}
