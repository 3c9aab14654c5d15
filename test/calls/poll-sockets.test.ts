import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readSync } from 'node:fs';
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRNORM,
  select,
} from 'io-selectors';
import { pidfd } from 'io-selectors/fd';
import { Socket, SOCK_DGRAM } from 'io-selectors/socket';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { drain, fill, owned, socketPair, tcpListener, tcpPair } from '../support/descriptors.js';
import { untilReadable } from '../support/internet.js';
import { pty } from '../support/ptys.js';
import { masterInPacketMode } from './file-states.js';
import { openPoll, polled } from './poll.js';
import { connecting } from './socket-states.js';

describe.runIf(has.poll)('Poll', () => {
  test('a TCP socket whose buffers are full has no POLLOUT until the peer reads', () => {
    const [client, server] = tcpPair();
    // Sent bytes move on to the peer's buffer for a while and make room again.
    do fill(client.fd);
    while (select([], [client], [], 50)[1].length > 0);
    expect(polled(client, POLLOUT, 10)).toBe(0);
    const poll = openPoll([client, POLLOUT]);
    while (poll.wait(10).length === 0) drain(server.fd);
    expect(poll.wait()).toEqual([{ fd: client.fd, revents: POLLOUT }]);
  });

  test('a listener has POLLIN while a connection waits to be accepted', () => {
    const { listener, port } = tcpListener();
    const poll = openPoll([listener, POLLIN]);
    expect(poll.wait(0)).toEqual([]);
    owned(new Socket()).connect({ address: '127.0.0.1', port });
    expect(poll.wait(-1)).toEqual([{ fd: listener.fd, revents: POLLIN }]);
    owned(listener.accept()!.socket);
    expect(poll.wait(0)).toEqual([]);
  });

  test('a TCP socket that closed first has POLLHUP once the peer closed too', () => {
    const [client, server] = tcpPair();
    client.shutdown('write');
    untilReadable(server);
    expect(polled(client, 0, 0)).toBe(0);
    server.shutdown('write');
    expect(polled(client, 0, 5000)).toBe(POLLHUP);
  });

  test('a connection in progress that is shut down has exactly POLLHUP and POLLERR', () => {
    const socket = connecting();
    socket.shutdown('both');
    expect(polled(socket, 0, 5000)).toBe(POLLHUP | POLLERR);
  });

  test('the shutdown of a datagram socket is not visible to its peer', () => {
    const [own, peer] = socketPair(SOCK_DGRAM);
    peer.shutdown('write');
    expect(polled(own, POLLRDHUP, 50)).toBe(0);
  });

  test('a terminal whose slave is closed has POLLHUP and POLLOUT', () => {
    const [master, slave] = pty();
    const events = POLLIN | POLLOUT | POLLRDHUP | POLLRDNORM | POLLWRNORM;
    closeSync(slave);
    expect(polled(master, events, 5000)).toBe(POLLHUP | POLLOUT | POLLWRNORM);
  });

  test('a terminal in packet mode has POLLPRI until its control byte is read', () => {
    const master = masterInPacketMode();
    const poll = openPoll([master, POLLIN | POLLPRI]);
    expect(poll.wait(0)).toEqual([{ fd: master, revents: POLLIN | POLLPRI }]);
    readSync(master, Buffer.alloc(1));
    expect(poll.wait(0)).toEqual([]);
  });

  test.runIf(has.pidfd)('a pidfd has POLLIN once the process has ended', async () => {
    const child = spawn('cat');
    const process = owned(pidfd(child.pid!));
    const poll = openPoll([process, POLLIN]);
    expect(poll.wait(0)).toEqual([]);
    child.kill('SIGKILL');
    expect(poll.wait()).toEqual([{ fd: process.fd, revents: POLLIN }]);
    await once(child, 'exit');
    // Recent kernels add POLLHUP once the process is reaped.
    const [entry] = poll.wait(0);
    expect(entry.revents & ~POLLHUP).toBe(POLLIN);
  });
});
