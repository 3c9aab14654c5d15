import {
  availableBackends,
  type BaseSelector,
  DefaultSelector,
  EpollSelector,
  PollSelector,
  SelectSelector,
} from '../index.js';
import { codeOf } from './error-code.js';
import { EchoServer, type Handler } from './echo-server.js';
import { UsageError } from './usage-error.js';

const SELECTORS = { select: SelectSelector, poll: PollSelector, epoll: EpollSelector };

/** Serves until the process is ended, as by Ctrl-C. */
export function serve(host: string, port: number, backend: string | undefined): never {
  const selector = create(backend);
  const server = listen(selector, host, port);
  console.log(`echoing on ${host} port ${server.port} with ${selector.backend}; end with Ctrl-C`);
  let refused = 0;
  server.serve(() => {
    if (server.refusal !== undefined && refused++ === 0) console.error(`connection refused: ${server.refusal.message}`);
    return false;
  });
  throw new Error('the server ended by itself');
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
