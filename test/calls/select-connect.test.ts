import { select } from 'io-selectors';
import { Socket } from 'io-selectors/socket';
import { expect, test } from 'vitest';
import { owned, tcpListener } from '../support/descriptors.js';

/** A socket whose connection is about to be refused. */
function refused(): Socket {
  const { listener, port } = tcpListener();
  listener.close();
  const socket = owned(new Socket());
  socket.setBlocking(false);
  socket.connect({ address: '127.0.0.1', port });
  return socket;
}

test.each([
  [true, true, true],
  [true, true, false],
  [true, false, false],
  [false, true, false],
])('a refused connection is readable and writable, as asked for: read %s, write %s, except %s', (r, w, x) => {
  const socket = refused();
  const list = (asked: boolean) => (asked ? [socket] : []);
  // Twice, as it stays so.
  for (let i = 0; i < 2; i++) expect(select(list(r), list(w), list(x))).toEqual([list(r), list(w), []]);
  expect(socket.takeError()).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1' });
  expect(socket.takeError()).toBeNull();
});

test('a refused connection is no exceptional condition', () => {
  const socket = refused();
  select([], [socket], []);
  expect(select([], [], [socket], 20)).toEqual([[], [], []]);
});
