import { Socket } from 'io-selectors/socket';
import { expect, test } from 'vitest';
import { fileOf, owned, ownedFd, tcpListener } from '../support/descriptors.js';
import { inThread } from '../support/threads.js';

test('descriptors that a worker has as plain numbers stay open when it is terminated', async () => {
  const { listener, port } = tcpListener();
  owned(new Socket()).connect({ address: '127.0.0.1', port });
  const { worker, result } = await inThread(listener.fd, ({ fd, socket, SelectSelector }, listenerFd) => {
    const [readFd, writeFd] = socket.socketPair().map((end) => end.detach());
    const accepted = socket.Socket.fromFd(fd.dup(listenerFd)).acceptFd()!;
    return [readFd, writeFd, fd.dup(readFd), accepted, new SelectSelector().waker.share()];
  });
  const bare = await result;
  const files = bare.map((number) => fileOf(ownedFd(number)));
  expect(files).not.toContain(undefined);
  await worker.terminate();
  expect(bare.map(fileOf)).toEqual(files);
});
