// The whole API, checked without a test framework, so that Node, Bun and Deno can run it:
//   node test/runtimes/checks.js     bun test/runtimes/checks.js     deno run -A test/runtimes/checks.js
// Prints what fails, and `N checks passed`. The package must be built.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as io from '../../dist/index.js';
import * as fds from '../../dist/fd.js';
import * as sockets from '../../dist/socket.js';

const { EVENT_READ, EVENT_WRITE, EPOLLIN, EPOLLOUT, EPOLLET, EPOLLONESHOT, POLLIN, POLLNVAL } = io;
const { Socket, socketPair, MessageList, AF_INET, AF_UNIX, SOCK_DGRAM } = sockets;
const runtime = process.versions.bun ? 'bun' : process.versions.deno ? 'deno' : 'node';
/** @type {[string, any][]} */
const backends = [
  ['select', io.SelectSelector],
  ['poll', io.PollSelector],
  ['epoll', io.EpollSelector],
];

const checks = [];
/** Registers a check. Its resources are closed afterwards. */
const check = (name, run) => checks.push([name, run]);
const each = (name, run) => {
  for (const [backend, Selector] of backends) check(`${backend}: ${name}`, (own) => run(Selector, own, backend));
};

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const one = Buffer.alloc(64);
/** An empty pipe. */
const pipe = (own) => fds.pipe().map((fd) => own({ close: () => closeQuietly(fd) }) && fd);
function closeQuietly(fd) {
  try {
    fds.close(fd);
  } catch {
    // The check has closed it.
  }
}
/** A selector that watches an empty pipe. */
function idle(Selector, own, options, registerOptions) {
  const selector = own(new Selector(options));
  const [r, w] = pipe(own);
  const key = selector.register(r, EVENT_READ, 'data', registerOptions);
  return { selector, key, r, w };
}
const coded = (code) => (error) => error.code === code;
const readyFds = (events) => events.map(({ key }) => key.fd).toSorted((a, b) => a - b);

/** How many pipes, eventfds and epolls are open. */
function openDescriptors() {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /^pipe|eventfd|eventpoll/.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // It was that of the directory.
      return false;
    }
  }).length;
}

/** How many epolls watch a descriptor. Workers of some runtimes have epolls of their own. */
function epollsWith(watched) {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return new RegExp(`^tfd: +${watched} `, 'm').test(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'));
    } catch {
      return false;
    }
  }).length;
}

// Blocking waits

each('reports a readable pipe, and only that', (Selector, own) => {
  const { selector, key, w } = idle(Selector, own);
  assert.deepEqual(selector.select(0), []);
  fds.write(w, 'x');
  const events = selector.select();
  assert.equal(events.length, 1);
  assert.equal(events[0].key, key);
  assert.equal(events[0].events, EVENT_READ);
  assert.equal(key.data, 'data');
});

each('reports writable and readable together', (Selector, own) => {
  const selector = own(new Selector());
  const [a, b] = socketPair().map(own);
  selector.register(a, EVENT_READ | EVENT_WRITE);
  assert.equal(selector.select(0)[0].events, EVENT_WRITE);
  b.send('x');
  assert.equal(selector.select(0)[0].events, EVENT_READ | EVENT_WRITE);
});

each('reports the end of a stream', (Selector, own) => {
  const { selector, w } = idle(Selector, own);
  fds.close(w);
  assert.equal(selector.select(1000)[0].events, EVENT_READ);
});

each('waits its time and is never early', (Selector, own) => {
  const { selector } = idle(Selector, own);
  for (const timeout of [0.3, 1, 7]) {
    const start = performance.now();
    assert.deepEqual(selector.select(timeout), []);
    assert.ok(performance.now() - start >= timeout);
  }
});

each('waits with nothing registered', (Selector, own) => {
  assert.deepEqual(own(new Selector()).select(2), []);
});

each('selectEach calls back, and the next wait reports the rest of a batch that threw', (Selector, own) => {
  const { selector, r, w } = idle(Selector, own);
  fds.write(w, 'x');
  const seen = [];
  assert.equal(selector.selectEach((key, events) => seen.push(key.fd, events)), 1);
  assert.deepEqual(seen, [r, EVENT_READ]);
  assert.throws(() => selector.selectEach(() => { throw new Error('mine'); }), /mine/);
  assert.equal(selector.select(0).length, 1);
});

each('modify changes what is asked for, unregister ends it', (Selector, own) => {
  const selector = own(new Selector());
  const [a] = socketPair().map(own);
  selector.register(a, EVENT_READ, 1);
  assert.deepEqual(selector.select(0), []);
  assert.equal(selector.modify(a, EVENT_WRITE, 2).data, 2);
  assert.equal(selector.select(0)[0].events, EVENT_WRITE);
  assert.equal(selector.unregister(a).data, 2);
  assert.deepEqual(selector.select(0), []);
});

each('keys: getKey, getMap, iteration', (Selector, own) => {
  const { selector, key, r } = idle(Selector, own);
  assert.equal(selector.getKey(r), key);
  const map = selector.getMap();
  assert.equal(map.size, 1);
  assert.deepEqual([...map.keys()], [r]);
  assert.equal(map.get(r), key);
});

each('errors have codes', (Selector, own) => {
  const { selector, r } = idle(Selector, own);
  assert.throws(() => selector.register('3', EVENT_READ), coded('ERR_INVALID_ARG_TYPE'));
  assert.throws(() => selector.register(-1, EVENT_READ), coded('ERR_OUT_OF_RANGE'));
  assert.throws(() => selector.register(r, 0), coded('ERR_OUT_OF_RANGE'));
  assert.throws(() => selector.register(r, EVENT_READ), coded('ERR_ALREADY_REGISTERED'));
  assert.throws(() => selector.getKey(999), coded('ERR_NOT_REGISTERED'));
  assert.throws(() => selector.select('1'), coded('ERR_INVALID_ARG_TYPE'));
  assert.throws(() => selector.select(NaN), coded('ERR_OUT_OF_RANGE'));
  const [closed] = fds.pipe().map((fd) => (fds.close(fd), fd));
  assert.throws(() => selector.register(closed, EVENT_READ), (error) => {
    assert.equal(error.code, 'EBADF');
    assert.equal(error.errno, -9);
    assert.equal(error.fd, closed);
    return error instanceof Error;
  });
});

each('a selector that was closed says so', (Selector, own) => {
  const selector = own(new Selector());
  selector.close();
  assert.equal(selector.closed, true);
  assert.throws(() => selector.select(0), coded('ERR_CLOSED'));
  selector.close();
});

each('a descriptor that is closed while registered', (Selector, own, backend) => {
  const { selector, r } = idle(Selector, own);
  fds.close(r);
  if (backend === 'epoll') assert.deepEqual(selector.select(0), []);
  else assert.throws(() => selector.select(0), (error) => error.code === 'EBADF' && error.fd === r);
  selector.unregister(r);
});

each('wakeup and waker in the same thread', (Selector, own) => {
  const { selector } = idle(Selector, own);
  selector.wakeup();
  assert.deepEqual(selector.select(), []);
  selector.waker.wake();
  selector.waker.wake();
  assert.deepEqual(selector.select(), []);
  assert.deepEqual(selector.select(1), []);
});

each('is disposable', (Selector, own) => {
  const selector = own(new Selector());
  selector[Symbol.dispose]();
  assert.equal(selector.closed, true);
});

each('regular files', (Selector, own, backend) => {
  const selector = own(new Selector({ unpollable: 'ready' }));
  const file = openSync(fileURLToPath(import.meta.url), 'r');
  own({ close: () => closeSync(file) });
  selector.register(file, EVENT_READ);
  assert.equal(selector.select(0).length, 1);
  assert.equal(selector.features.regularFiles, true);
  if (backend === 'epoll') assert.throws(() => own(new Selector()).register(file, EVENT_READ), coded('EPERM'));
});

check('features and back ends', () => {
  assert.deepEqual(io.availableBackends().toSorted(), ['epoll', 'poll', 'select']);
  const selector = new io.DefaultSelector();
  assert.equal(selector.backend, 'epoll');
  assert.equal(selector.features.exclusive, true);
  selector.close();
});

check('select refuses what is past its set', (own) => {
  const selector = own(new io.SelectSelector({ fdSetSize: 64 }));
  const [r] = pipe(own);
  const high = Array.from({ length: 64 }, () => fds.dup(r));
  high.forEach((fd) => own({ close: () => fds.close(fd) }));
  assert.throws(() => selector.register(high.at(-1), EVENT_READ), coded('ERR_FD_SETSIZE'));
});

check('epoll: edge-triggered and one-shot', (own) => {
  const { selector, key, w } = idle(io.EpollSelector, own, undefined, { trigger: 'edge' });
  fds.write(w, 'x');
  assert.equal(selector.select(0)[0].key, key);
  assert.deepEqual(selector.select(0), []);
  const other = idle(io.EpollSelector, own, undefined, { oneShot: true });
  fds.write(other.w, 'x');
  assert.equal(other.selector.select(0).length, 1);
  fds.write(other.w, 'x');
  assert.equal(other.selector.select(0).length, 0);
  other.selector.modify(other.r, EVENT_READ);
  assert.equal(other.selector.select(0).length, 1);
});

check('epoll: a stale entry is never reported', (own) => {
  const { selector, r, w } = idle(io.EpollSelector, own);
  const copy = fds.dup(r);
  own({ close: () => fds.close(copy) });
  fds.close(r);
  selector.unregister(r);
  fds.write(w, 'x');
  for (let i = 0; i < 4; i++) assert.deepEqual(selector.select(1), []);
});

// The raw calls

check('select(): three sets', (own) => {
  const [r, w] = pipe(own);
  assert.deepEqual(io.select([r], [w], [], 0), [[], [w], []]);
  fds.write(w, 'x');
  assert.deepEqual(io.select([r], [], [], null), [[r], [], []]);
  assert.throws(() => io.select([9999], [], [], 0), coded('ERR_FD_SETSIZE'));
});

check('Poll', (own) => {
  const [r, w] = pipe(own);
  const poll = own(new io.Poll());
  poll.register(r, POLLIN);
  assert.deepEqual(poll.wait(0), []);
  fds.write(w, 'x');
  assert.deepEqual(poll.wait(), [{ fd: r, revents: POLLIN }].map((event) => ({ ...poll.wait()[0], ...event })));
  fds.close(r);
  assert.ok(Object.values(poll.wait()[0]).includes(POLLNVAL));
  poll.unregister(r);
  assert.equal(poll.size, 0);
});

check('Epoll and EpollEventList', (own) => {
  const [r, w] = pipe(own);
  const epoll = own(new io.Epoll());
  epoll.register(r, EPOLLIN, 0x1_0000_0007n);
  fds.write(w, 'x');
  const list = new io.EpollEventList(4);
  assert.equal(epoll.waitInto(list, 0), 1);
  assert.equal(list.data(0), 0x1_0000_0007n);
  assert.equal(list.events(0), EPOLLIN);
  epoll.modify(r, EPOLLIN | EPOLLET | EPOLLONESHOT);
  assert.deepEqual(epoll.wait(0), [{ fd: r, events: EPOLLIN }]);
  assert.deepEqual(epoll.wait(0), []);
  epoll.unregister(r);
  assert.throws(() => epoll.unregister(r), coded('ENOENT'));
  assert.throws(() => epoll.ctl(99, r), coded('EINVAL'));
  const inner = own(new io.Epoll());
  epoll.register(inner, EPOLLIN);
  assert.throws(() => inner.register(epoll, EPOLLIN), coded('ELOOP'));
  own(io.Epoll.fromFd(fds.dup(inner.fd)));
});

check('describeMask names bits', () => {
  assert.match(io.describeMask(EPOLLIN | EPOLLOUT, 'epoll'), /EPOLLIN.*EPOLLOUT/);
});

// Asynchronous waits

each('selectAsync: resolves with what becomes ready, and the loop turns meanwhile', async (Selector, own) => {
  const { selector, key, w } = idle(Selector, own);
  let ticks = 0;
  const interval = setInterval(() => { if (++ticks === 3) fds.write(w, 'x'); }, 1);
  const events = await selector.selectAsync();
  clearInterval(interval);
  assert.equal(events[0].key, key);
  assert.equal(events[0].events, EVENT_READ);
  assert.ok(ticks >= 3);
});

each('selectAsync: resolves with what was ready before', async (Selector, own) => {
  const { selector, w } = idle(Selector, own);
  fds.write(w, 'x');
  for (let i = 0; i < 3; i++) assert.equal((await selector.selectAsync()).length, 1);
});

each('selectAsync: timeouts', async (Selector, own) => {
  const { selector } = idle(Selector, own);
  for (const timeoutMs of [0, 0.5, 1, 20]) {
    const start = performance.now();
    assert.deepEqual(await selector.selectAsync({ timeoutMs }), []);
    assert.ok(performance.now() - start >= timeoutMs);
  }
});

each('selectAsync: an abort loses no event', async (Selector, own) => {
  const { selector, w } = idle(Selector, own);
  const abort = new AbortController();
  const wait = selector.selectAsync({ signal: abort.signal });
  await sleep(5);
  fds.write(w, 'x');
  abort.abort(new Error('mine'));
  await assert.rejects(wait, /mine/);
  assert.equal(selector.select(0).length, 1);
  await assert.rejects(selector.selectAsync({ signal: AbortSignal.abort('why') }), (reason) => reason === 'why');
});

each('selectAsync: wakeup and waker', async (Selector, own) => {
  const { selector } = idle(Selector, own);
  const wait = selector.selectAsync();
  setTimeout(() => selector.wakeup(), 2);
  assert.deepEqual(await wait, []);
  const { waker } = selector;
  const other = selector.selectAsync();
  setTimeout(() => waker.wake(), 2);
  assert.deepEqual(await other, []);
});

each('selectAsync: changes during a wait take effect', async (Selector, own) => {
  const { selector, r, w } = idle(Selector, own);
  const [r2, w2] = pipe(own);
  const wait = selector.selectAsync();
  await sleep(2);
  selector.register(r2, EVENT_READ);
  selector.unregister(r);
  fds.write(w, 'x');
  await sleep(5);
  fds.write(w2, 'x');
  assert.deepEqual(readyFds(await wait), [r2]);
  const [a] = socketPair().map(own);
  selector.unregister(r2);
  selector.register(a, EVENT_READ);
  const second = selector.selectAsync();
  await sleep(2);
  selector.modify(a, EVENT_WRITE);
  assert.equal((await second)[0].events, EVENT_WRITE);
});

each('selectAsync: close resolves with nothing', async (Selector, own) => {
  const { selector } = idle(Selector, own);
  const wait = selector.selectAsync();
  await sleep(2);
  selector.close();
  assert.deepEqual(await wait, []);
  await assert.rejects(selector.selectAsync(), coded('ERR_CLOSED'));
});

each('selectAsync: a second wait is refused', async (Selector, own) => {
  const { selector } = idle(Selector, own);
  const wait = selector.selectAsync({ timeoutMs: 5 });
  await assert.rejects(selector.selectAsync(), coded('ERR_BUSY'));
  assert.throws(() => selector.select(0), coded('ERR_BUSY'));
  await wait;
});

each('selectAsync: iteration', async (Selector, own) => {
  const { selector, w } = idle(Selector, own);
  fds.write(w, 'x');
  let batches = 0;
  for await (const events of selector) {
    assert.equal(events.length, 1);
    if (++batches === 3) selector.close();
  }
  assert.equal(batches, 3);
});

each('selectAsync: starves no timer', async (Selector, own) => {
  const { selector, w } = idle(Selector, own);
  fds.write(w, 'x');
  const state = { over: false };
  setTimeout(() => (state.over = true), 20);
  while (!state.over) await selector.selectAsync();
});

each('selectAsync: fifty selectors at once', async (Selector, own) => {
  const all = Array.from({ length: 50 }, () => idle(Selector, own));
  const waits = all.map(({ selector }) => selector.selectAsync());
  await sleep(5);
  all.forEach(({ w }) => fds.write(w, 'x'));
  for (const events of await Promise.all(waits)) assert.equal(events.length, 1);
});

each('selectAsync: a descriptor that is closed during a wait', async (Selector, own, backend) => {
  const { selector, r } = idle(Selector, own);
  fds.close(r);
  const wait = selector.selectAsync({ timeoutMs: 10 });
  if (backend === 'epoll') assert.deepEqual(await wait, []);
  else await assert.rejects(wait, coded('EBADF'));
});

each('selectAsync: leaves no descriptor open', async (Selector) => {
  const run = async () => {
    const closers = [];
    const { selector, w } = idle(Selector, (resource) => (closers.push(resource), resource));
    selector.waker.wake();
    const wait = selector.selectAsync();
    fds.write(w, 'x');
    await wait;
    closers.forEach((resource) => resource.close());
  };
  await run();
  const before = openDescriptors();
  for (let i = 0; i < 10; i++) await run();
  assert.ok(openDescriptors() <= before);
});

check('epoll: selectAsync with an edge, one-shot and exclusive', async (own) => {
  for (const options of [{ trigger: 'edge' }, { oneShot: true }, { exclusive: true }, { exclusive: true, trigger: 'edge' }]) {
    const { selector, w, r } = idle(io.EpollSelector, own, undefined, options);
    setTimeout(() => fds.write(w, 'x'), 2);
    assert.equal((await selector.selectAsync()).length, 1);
    fds.read(r, one);
    assert.deepEqual(await selector.selectAsync({ timeoutMs: 2 }), []);
  }
});

check('epoll: selectAsync past what another epoll could watch', async (own) => {
  const { selector, r, w } = idle(io.EpollSelector, own);
  const copies = Array.from({ length: 600 }, () => fds.dup(r));
  copies.forEach((fd) => own({ close: () => fds.close(fd) }));
  copies.forEach((fd) => selector.register(fd, EVENT_READ));
  setTimeout(() => fds.write(w, 'x'), 2);
  assert.equal((await selector.selectAsync()).length, 601);
});

// Sockets

for (const [backend, Selector] of backends) {
  check(`${backend}: a TCP echo`, async (own) => {
    const selector = own(new Selector());
    const listener = own(new Socket());
    listener.bind({ address: '127.0.0.1', port: 0 });
    listener.listen();
    listener.setBlocking(false);
    selector.register(listener, EVENT_READ, 'listener');
    const client = own(new Socket());
    client.setBlocking(false);
    client.connect(listener.localAddress());
    selector.register(client, EVENT_WRITE, 'client');
    let server;
    let echoed = '';
    while (echoed !== 'hello') {
      for (const { key, events } of await selector.selectAsync({ timeoutMs: 5000 })) {
        if (key.data === 'listener') {
          server = own(listener.accept().socket);
          server.setBlocking(false);
          selector.register(server, EVENT_READ, 'server');
        } else if (key.data === 'server') server.send(server.recv(100));
        else if (events & EVENT_WRITE) {
          assert.equal(client.takeError(), null);
          client.send('hello');
          selector.modify(client, EVENT_READ, 'client');
        } else echoed += client.recv(100);
      }
    }
  });
}

check('sockets: options, addresses, shutdown, detach', (own) => {
  const [a, b] = socketPair().map(own);
  a.setOption(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1);
  a.send('x');
  assert.equal(String(b.recv(9)), 'x');
  assert.equal(b.recv(9), null);
  a.shutdown('write');
  assert.equal(b.recv(9).length, 0);
  const fd = a.detach();
  assert.equal(a.fd, -1);
  own(Socket.fromFd(fd));
  const listener = own(new Socket());
  listener.bind({ address: '127.0.0.1', port: 0 });
  assert.equal(listener.localAddress().address, '127.0.0.1');
  assert.throws(() => own(new Socket()).bind({ address: 'nonsense', port: 1 }), coded('ERR_OUT_OF_RANGE'));
});

check('sockets: a refused connection', (own) => {
  const listener = own(new Socket());
  listener.bind({ address: '127.0.0.1', port: 0 });
  const address = listener.localAddress();
  assert.throws(() => own(new Socket()).connect(address), (error) => error.code === 'ECONNREFUSED' && error.port === address.port);
});

check('sockets: datagrams', (own) => {
  const [a, b] = [0, 1].map(() => own(new Socket(AF_INET, SOCK_DGRAM)));
  a.bind({ address: '127.0.0.1', port: 0 });
  b.bind({ address: '127.0.0.1', port: 0 });
  a.sendTo('hello', b.localAddress());
  const { data, from, address } = { ...b.recvFrom(100) };
  assert.equal(String(data), 'hello');
  assert.ok((from ?? address).port === a.localAddress().port);
});

check('sockets: AF_UNIX', (own) => {
  const listener = own(new Socket(AF_UNIX));
  listener.bind({ path: `\0io-selectors-${process.pid}-${Math.random()}` });
  listener.listen();
  const client = own(new Socket(AF_UNIX));
  client.connect(listener.localAddress());
  const { socket } = listener.accept();
  own(socket).send('x');
  assert.equal(String(client.recv(1)), 'x');
});

check('sockets: MessageList', (own) => {
  const pairs = Array.from({ length: 5 }, () => socketPair(SOCK_DGRAM).map(own));
  const list = new MessageList(5, 100);
  pairs.forEach(([a], i) => list.add(a, Buffer.from(`message ${i}`)));
  assert.equal(list.sendMany(), 5);
  list.clear();
  pairs.forEach(([, b]) => list.add(b));
  assert.equal(list.recvMany(), 5);
  for (let i = 0; i < 5; i++) assert.equal(String(list.message(i)), `message ${i}`);
});

check('sockets: SIGPIPE ends nothing', (own) => {
  const [a, b] = socketPair().map(own);
  b.close();
  assert.throws(() => a.send('x'), coded('EPIPE'));
});

// Other descriptors

check('fd: pipe, dup, dup2, blocking mode, read and write', (own) => {
  const [r, w] = pipe(own);
  assert.equal(fds.read(r, one), null);
  assert.equal(fds.write(w, 'abc'), 3);
  assert.equal(fds.read(r, one), 3);
  assert.equal(fds.getBlocking(r), false);
  fds.setBlocking(r, true);
  assert.equal(fds.getBlocking(r), true);
  const copy = fds.dup(w);
  own({ close: () => fds.close(copy) });
  assert.equal(fds.dup2(r, copy), copy);
  assert.equal(readlinkSync(`/proc/self/fd/${copy}`), readlinkSync(`/proc/self/fd/${r}`));
  assert.throws(() => fds.close(99999), coded('EBADF'));
  const { soft, hard } = fds.getDescriptorLimit();
  assert.ok(soft <= hard);
  fds.setDescriptorLimit(soft);
});

each('eventfd', async (Selector, own) => {
  const event = own(fds.eventfd());
  const selector = own(new Selector());
  selector.register(event, EVENT_READ);
  setTimeout(() => event.write(3n), 2);
  assert.equal((await selector.selectAsync()).length, 1);
  assert.equal(event.read(), 3n);
  assert.equal(event.read(), null);
});

each('timerfd', async (Selector, own) => {
  const timer = own(fds.timerfd({ delayMs: 5 }));
  const selector = own(new Selector());
  selector.register(timer, EVENT_READ);
  assert.equal((await selector.selectAsync()).length, 1);
  assert.equal(timer.read(), 1n);
});

each('pidfd', async (Selector, own) => {
  const child = spawn('/bin/sh', ['-c', 'sleep 0.05'], { stdio: 'ignore' });
  const exit = once(child, 'exit');
  const pidfd = own(fds.pidfd(child.pid));
  const selector = own(new Selector());
  selector.register(pidfd, EVENT_READ);
  assert.equal((await selector.selectAsync({ timeoutMs: 10_000 })).length, 1);
  await exit;
});

each('signals', async (Selector, own) => {
  const signals = own(fds.signals(['SIGUSR2']));
  const selector = own(new Selector());
  selector.register(signals, EVENT_READ);
  process.kill(process.pid, 'SIGUSR2');
  assert.equal(selector.select(5000).length, 1);
  assert.deepEqual(signals.read(), ['SIGUSR2']);
  setTimeout(() => process.kill(process.pid, 'SIGUSR2'), 2);
  assert.equal((await selector.selectAsync()).length, 1);
  assert.deepEqual(signals.read(), ['SIGUSR2']);
});

check('signals: what cannot be caught', () => {
  assert.throws(() => fds.signals(['SIGKILL']));
});

check("file objects: the runtime's own sockets", async (own) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect(server.address().port, '127.0.0.1');
  await once(client, 'connect');
  const selector = own(new io.DefaultSelector());
  let registered = 0;
  for (const object of [client, server]) {
    try {
      selector.register(object, EVENT_READ | EVENT_WRITE);
      registered++;
    } catch (error) {
      assert.equal(error.code, 'ERR_INVALID_ARG_TYPE');
    }
  }
  console.log(`  (the numbers of ${registered} of 2 objects of node:net are known)`);
  client.destroy();
  server.close();
});

// Threads

const worker = (source, workerData) =>
  new Worker(new URL('./thread.js', import.meta.url), { workerData: { source: `${source}`, input: workerData } });

async function resultOf(thread) {
  const [message] = await once(thread, 'message');
  return message;
}

each('a waker from a worker', async (Selector, own, backend) => {
  const { selector } = idle(Selector, own);
  const thread = worker((io, share) => new io.Waker(share).wake() ?? 'woken', selector.waker.share());
  const result = resultOf(thread);
  assert.deepEqual(await selector.selectAsync({ timeoutMs: 20_000 }), []);
  assert.equal(await result, 'woken');
  await thread.terminate();
  assert.ok(backend);
});

each('a worker waits, asynchronously and not', async (Selector, own, backend) => {
  const [r, w] = pipe(own);
  const thread = worker(
    async (io, { backend, r, w }) => {
      const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[backend];
      const selector = new Selector();
      selector.register(r, io.EVENT_READ);
      const counts = [selector.select(1).length, (await selector.selectAsync({ timeoutMs: 1 })).length];
      const wait = selector.selectAsync();
      io.fd.write(w, 'x');
      counts.push((await wait).length);
      selector.close();
      return counts;
    },
    { backend, r, w },
  );
  assert.deepEqual(await resultOf(thread), [0, 0, 1]);
  await thread.terminate();
});

for (const how of ['select', 'selectAsync']) {
  each(`a worker is ended during ${how}`, async (Selector, own, backend) => {
    const [r, w] = pipe(own);
    const memory = new SharedArrayBuffer(4);
    const thread = worker(
      async (io, { backend, how, memory, r }) => {
        const Selector = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector }[backend];
        const selector = new Selector();
        selector.register(r, io.EVENT_READ);
        const wait = how === 'select' ? undefined : selector.selectAsync();
        Atomics.store(new Int32Array(memory), 0, 1);
        if (how === 'select') selector.select();
        await wait;
      },
      { backend, how, memory, r },
    );
    while (Atomics.load(new Int32Array(memory), 0) === 0) await sleep(1);
    await sleep(20);
    await thread.terminate();
    // Deno ends no worker before it returns to its event loop.
    if (runtime === 'deno') fds.write(w, 'x');
    for (let i = 0; i < 500 && epollsWith(r) > 0; i++) await sleep(10);
    assert.equal(epollsWith(r), 0);
    // Nobody is told of this any more.
    fds.write(w, 'x');
    await sleep(20);
  });
}

// Programs

/** Runs a program in a process of its own. */
async function program(source) {
  const args = {
    node: ['--expose-gc', '--input-type=module', '-e'],
    bun: ['-e'],
    deno: ['eval', '--v8-flags=--expose-gc'],
  }[runtime];
  const urls = ['index', 'fd'].map((name) => JSON.stringify(new URL(`../../dist/${name}.js`, import.meta.url).href));
  const prelude = `const io = await import(${urls[0]}); const fds = await import(${urls[1]}); const [r, w] = fds.pipe();`;
  const child = spawn(process.execPath, [...args, prelude + source], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  child.stderr.on('data', (data) => (output += data));
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return { code, signal, output };
}

each('a program ends by itself after unref', async (Selector, own, backend) => {
  const { code, signal, output } = await program(
    `const s = new io.${Selector.name}(); s.register(r, 1); s.selectAsync(); s.unref(); console.log('end');`,
  );
  assert.deepEqual([code, signal, output.trim(), backend.length > 0], [0, null, 'end', true]);
});

each('a pending wait keeps a program alive', async (Selector) => {
  const { code, output } = await program(
    `const s = new io.${Selector.name}(); s.register(r, 1); setTimeout(() => fds.write(w, 'x'), 30).unref?.();
     const timer = setTimeout(() => {}, 100); s.selectAsync().then((events) => console.log('found', events.length));`,
  );
  assert.deepEqual([code, output.trim()], [0, 'found 1']);
});

each('process.exit() during a wait', async (Selector) => {
  const { code, signal } = await program(
    `const s = new io.${Selector.name}(); s.register(r, 1); s.selectAsync(); setTimeout(() => process.exit(7), 5);`,
  );
  assert.deepEqual([code, signal], [7, null]);
});

each('an uncaught error during a wait', async (Selector) => {
  const { code, signal, output } = await program(
    `const s = new io.${Selector.name}(); s.register(r, 1); s.selectAsync(); setTimeout(() => { throw new Error('mine') }, 5);`,
  );
  assert.deepEqual([code, signal, output.includes('mine')], [1, null, true]);
});

each('a program ends with selectors that were never closed', async (Selector) => {
  const { code, signal, output } = await program(
    `const s = new io.${Selector.name}(); s.register(r, 1); s.waker; await s.selectAsync({ timeoutMs: 2 }); console.log('end');`,
  );
  assert.deepEqual([code, signal, output.trim()], [0, null, 'end']);
});

each('selectors that were never closed are collected', async (Selector) => {
  const { code, output } = await program(`
    const { readdirSync } = await import('node:fs');
    const gc = globalThis.gc ?? (() => Bun.gc(true));
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    const make = async () => {
      const s = new io.${Selector.name}();
      s.register(r, 1);
      s.waker;
      await s.selectAsync({ timeoutMs: 0 });
      await s.selectAsync({ timeoutMs: 1 });
    };
    for (let i = 0; i < 50; i++) await make();
    const most = open() - before;
    for (let i = 0; i < 50 && open() > before + 5; i++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log(most >= 50, open() - before <= 5);
  `);
  assert.deepEqual([code, output.trim()], [0, 'true true']);
});

check('two copies of the package in one process', async () => {
  const { code, output } = await program(`
    const { cpSync, mkdtempSync, rmSync, symlinkSync } = await import('node:fs');
    const root = ${JSON.stringify(fileURLToPath(new URL('../../', import.meta.url)))};
    const folder = mkdtempSync('/tmp/io-selectors-');
    for (const name of ['package.json', 'dist', 'build/Release/io_selectors.node']) {
      cpSync(root + name, folder + '/' + name, { recursive: true });
    }
    symlinkSync(root + 'node_modules', folder + '/node_modules');
    const other = await import('file://' + folder + '/dist/index.js');
    const both = [io, other].map(({ EpollSelector }) => new EpollSelector());
    both.forEach((s) => s.register(r, 1));
    const waits = both.map((s) => s.selectAsync());
    fds.write(w, 'x');
    console.log((await Promise.all(waits)).map(({ length }) => length).join());
    rmSync(folder, { recursive: true });
    process.exit();
  `);
  assert.deepEqual([code, output.trim()], [0, '1,1']);
});

let failed = 0;
for (const [name, run] of checks) {
  const resources = [];
  const own = (resource) => (resources.push(resource), resource);
  try {
    await run(own);
  } catch (error) {
    failed++;
    console.error(`FAILED: ${name}\n${error?.stack ?? error}`);
  } finally {
    for (const resource of resources.toReversed()) resource.close();
  }
}
console.log(`${runtime}: ${checks.length - failed} checks passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
