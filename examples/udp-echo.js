// A UDP server that sends each datagram back. It drops datagrams, as UDP may, while the kernel's send buffer is full.
//   node examples/udp-echo.js --port 8083
//   nc -u 127.0.0.1 8083
import { parseArgs } from 'node:util';
import { DefaultSelector, EVENT_READ } from 'io-selectors';
import { signals } from 'io-selectors/fd';
import { AF_INET, SO_RCVBUF, SOCK_DGRAM, Socket, SOL_SOCKET } from 'io-selectors/socket';

/** The longest datagram of IPv4. A smaller buffer would truncate. */
const MAX_DATAGRAM = 65507;
/** How many to echo before other descriptors, such as signals, get their turn. */
const BATCH = 64;
/** @type {DefaultSelector<() => void>} */
const selector = new DefaultSelector();
const socket = new Socket(AF_INET, SOCK_DGRAM);
const counts = { echoed: 0, dropped: 0 };

function echo() {
  for (let i = 0; i < BATCH; i++) {
    try {
      const datagram = socket.recvFrom(MAX_DATAGRAM);
      if (datagram === null) return;
      // An empty datagram is not the end of anything.
      const sent = socket.sendTo(datagram.data, datagram.address);
      counts[sent === null ? 'dropped' : 'echoed']++;
    } catch (error) {
      // EPERM, ENETUNREACH, ENOBUFS: this datagram is lost, and nothing else.
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      counts.dropped++;
    }
  }
}

try {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8083' }, help: { type: 'boolean' } } });
  if (values.help) { console.log('node examples/udp-echo.js [--port N]'); process.exit(); }
  // Room for bursts: what arrives while the buffer is full is lost. No SO_REUSEADDR, which for UDP lets another
  // program take over the port.
  socket.setOption(SOL_SOCKET, SO_RCVBUF, 2 ** 20);
  socket.setBlocking(false);
  socket.bind({ address: '127.0.0.1', port: Number(values.port) });
} catch (error) {
  console.error('udp-echo:', error instanceof Error ? error.message : error);
  process.exit(1);
}
selector.register(socket, EVENT_READ, echo);
selector.register(signals(['SIGINT', 'SIGTERM']), EVENT_READ, () => selector.close());
console.log('listening on', socket.localAddress());
while (!selector.closed) selector.selectEach(({ data }) => data());
console.log(`${counts.echoed} datagrams echoed, ${counts.dropped} dropped`);
