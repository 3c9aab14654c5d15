// The counterpart of echo.c with Node's net module: node echo-net.js
import { createServer } from 'node:net';

const server = createServer((socket) => socket.on('data', (data) => socket.write(data)));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(address?.port);
});
process.stdin.on('end', () => process.exit()).resume();
