import { EVENT_READ, select, SelectSelector } from 'io-selectors';
import { AF_INET, Socket, SOCK_DGRAM } from 'io-selectors/socket';
import { expect, test } from 'vitest';
import { owned } from '../support/descriptors.js';

/** Enough for the descriptors of this process and of the test. */
const fdSetSize = 1 << 16;

/** UDP sockets of the loopback interface. */
function sockets(count: number): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = owned(new Socket(AF_INET, SOCK_DGRAM));
    socket.bind({ address: '127.0.0.1', port: 0 });
    return socket;
  });
}

// 64 is the size of an fd_set on Windows, 1024 elsewhere.
test.each([65, 1025])('select finds each of %d sockets, and all of them', (count) => {
  const all = sockets(count);
  using selector = new SelectSelector<number>({ fdSetSize });
  all.forEach((socket, i) => selector.register(socket, EVENT_READ, i));
  const sender = owned(new Socket(AF_INET, SOCK_DGRAM));
  for (const i of [0, 63, 64, count - 1]) {
    sender.sendTo('x', all[i].localAddress());
    expect(selector.select().map(({ key }) => key.data)).toEqual([i]);
    expect(select(all, [], [], null, { fdSetSize })).toEqual([[all[i]], [], []]);
    all[i].recv(1);
  }
  for (const socket of all) sender.sendTo('x', socket.localAddress());
  const found = new Set<number>();
  while (found.size < count) {
    for (const { key } of selector.select()) {
      found.add(key.data);
      all[key.data].recv(1);
    }
  }
  expect(selector.select(0)).toEqual([]);
});
