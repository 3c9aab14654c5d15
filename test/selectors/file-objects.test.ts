import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { constants, createReadStream, openSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { connect, createServer, type Server, Socket as NetSocket } from 'node:net';
import { isatty, ReadStream } from 'node:tty';
import { createContext, runInContext } from 'node:vm';
import { EVENT_READ, type FileObject, SelectSelector } from 'io-selectors';
import { Socket } from 'io-selectors/socket';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { owned, pipe } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { startNode } from '../support/processes.js';
import { backends, expectReady, open } from '../support/selectors.js';
import { openDescriptors } from '../support/witness.js';

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return server;
}

async function netSocket(): Promise<FileObject> {
  const server = await listening();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not an internet address');
  const socket = connect(address.port, '127.0.0.1');
  server.once('connection', (peer) => onTestFinished(() => void peer.destroy()));
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function datagramSocket(): Promise<FileObject> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

function childOutput(): FileObject {
  const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.stdout;
}

async function fileHandle(): Promise<FileObject> {
  const handle = await openFile('/dev/null');
  onTestFinished(() => handle.close());
  return handle;
}

async function readStream(): Promise<FileObject> {
  const stream = createReadStream('/dev/null');
  onTestFinished(() => void stream.destroy());
  await once(stream, 'open');
  return stream;
}

function withFileno(): FileObject {
  const [readFd] = pipe();
  return { fileno: () => readFd };
}

function connecting(): FileObject {
  // A name, which must be looked up first.
  const socket = connect(1, 'localhost').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function destroyed(): Promise<FileObject> {
  const socket = (await netSocket()) as NetSocket;
  return socket.destroy();
}

function unboundDatagramSocket(): FileObject {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  return socket;
}

function unopenedStream(): FileObject {
  const stream = createReadStream('/dev/null');
  onTestFinished(() => void stream.destroy());
  return stream;
}

async function destroyedStream(): Promise<FileObject> {
  const stream = (await readStream()) as ReturnType<typeof createReadStream>;
  stream.destroy();
  await once(stream, 'close');
  return stream;
}

/** How to make each kind of file object, and what its descriptor links to in /proc. */
const KINDS: [string, () => FileObject | Promise<FileObject>, RegExp][] = [
  ['a number', () => pipe()[0], /^pipe:/],
  ['an object with fd', () => ({ fd: pipe()[0] }), /^pipe:/],
  ['an object with fileno()', withFileno, /^pipe:/],
  ['fs.FileHandle', fileHandle, /^\/dev\/null$/],
  ['fs.ReadStream', readStream, /^\/dev\/null$/],
  ['net.Socket', netSocket, /^socket:/],
  ['net.Server', listening, /^socket:/],
  ['dgram.Socket', datagramSocket, /^socket:/],
  ['child.stdout', childOutput, /^(socket|pipe):/],
];

describe('a file object', () => {
  test.runIf(has.fileDescriptors).each(KINDS)('%s stands for its descriptor', async (_kind, make, target) => {
    const fileObject = await make();
    const selector = owned(new SelectSelector());
    const key = selector.register(fileObject, EVENT_READ);
    expect(openDescriptors().get(key.fd)).toMatch(target);
    expect(selector.getKey(key.fd)).toBe(key);
    expect(selector.unregister(fileObject)).toBe(key);
  });

  test.runIf(has.fileDescriptors).each(backends)('%s reports a net.Server that a client has connected to', async (_backend, Selector) => {
    const server = await listening();
    const selector = open(Selector);
    const key = selector.register(server, EVENT_READ);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not an internet address');
    // Not a net.Socket, which connects only when the event loop turns.
    owned(new Socket()).connect({ address: '127.0.0.1', port: address.port });
    server.once('connection', (peer) => onTestFinished(() => void peer.destroy()));
    expectReady(selector, [[key, EVENT_READ]]);
  });

  test.runIf(has.fileDescriptors)('tty.ReadStream stands for its descriptor', () => {
    // The master of a pseudo-terminal is a terminal, too.
    const fd = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
    expect(isatty(fd)).toBe(true);
    const stream = new ReadStream(fd);
    onTestFinished(() => void stream.destroy());
    const selector = owned(new SelectSelector());
    const key = selector.register(stream, EVENT_READ);
    expect(openDescriptors().get(key.fd)).toMatch(/ptmx$/);
  });

  test.skipIf(has.fileDescriptors).each<[string, () => FileObject | Promise<FileObject>, string]>([
    ['a net.Socket', netSocket, 'Socket'],
    ['a net.Server', listening, 'Server'],
    ['a dgram.Socket', datagramSocket, 'Socket'],
    ['child.stdout', childOutput, 'Socket'],
  ])('%s has no number, and the error says what to use', async (_kind, make, name) => {
    const fileObject = await make();
    const selector = owned(new SelectSelector());
    const error = thrownBy(() => selector.register(fileObject, EVENT_READ));
    expect(error).toBeInstanceOf(TypeError);
    const words = `Node's own sockets, as in [${name}], have no number on Windows: use Socket from io-selectors/socket`;
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining(words) });
    expect(selector.getMap().size).toBe(0);
  });

  test.skipIf(has.fileDescriptors)('a number of the C library, as fs.FileHandle has, is no socket', async () => {
    const handle = await openFile(process.execPath);
    onTestFinished(() => handle.close());
    const selector = owned(new SelectSelector());
    const error = thrownBy(() => selector.register(handle, EVENT_READ));
    expect(['EBADF', 'ENOTSOCK']).toContain(Reflect.get(Object(error), 'code'));
    expect(selector.getMap().size).toBe(0);
  });

  test.runIf(has.fileDescriptors).each<[string, () => FileObject | Promise<FileObject>, string]>([
    ['a net.Socket that is not connected', () => new NetSocket(), '[Socket] has no descriptor yet'],
    ['a net.Socket that is connecting', connecting, '[Socket] has no descriptor yet'],
    ['a net.Socket that was destroyed', destroyed, '[Socket] has no descriptor any more'],
    ['a net.Server that does not listen', () => createServer(), '[Server] has no descriptor yet'],
    ['a dgram.Socket that is not bound', unboundDatagramSocket, '[Socket] has no descriptor yet'],
    ['a dgram.Socket that was closed', () => createSocket('udp4').close(), '[Socket] has no descriptor any more'],
    ['an fs.ReadStream that is not open', unopenedStream, '[ReadStream] has no descriptor yet'],
    ['an fs.ReadStream that was destroyed', destroyedStream, '[ReadStream] has no descriptor any more'],
    ['an object of the caller without one', () => ({ fd: null }) as never, '[Object] has no descriptor yet'],
  ])('%s is refused with a message that says why', async (_kind, make, words) => {
    const fileObject = await make();
    const selector = owned(new SelectSelector());
    const error = thrownBy(() => selector.register(fileObject, EVENT_READ));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining(words) });
    expect(selector.getMap().size).toBe(0);
  });

  test('a closed object of this package is refused because of its number', () => {
    const socket = new Socket();
    socket.close();
    const selector = owned(new SelectSelector());
    expectError(() => selector.register(socket, EVENT_READ), 'ERR_OUT_OF_RANGE', { type: RangeError });
  });

  test("the caller's own class may have fd or fileno(), own or inherited", () => {
    const [a, b] = pipe();
    class Connection {
      #number: number;
      constructor(number: number) {
        this.#number = number;
      }
      get fd() {
        return this.#number;
      }
    }
    class Special extends Connection {}
    class Old {
      fileno() {
        return b;
      }
    }
    const selector = owned(new SelectSelector());
    expect(selector.register(new Special(a), EVENT_READ).fd).toBe(a);
    expect(selector.register(new Old(), EVENT_READ).fd).toBe(b);
  });
});

describe.each(backends)('%s', (backend, Selector) => {
  test.each<[string, (error: Error) => FileObject]>([
    ['fd getter', (error) => ({ get fd(): number { throw error; } })],
    ['fileno()', (error) => ({ fileno() { throw error; } })],
  ])('an error thrown by a %s passes through, and nothing is registered', (_name, make) => {
    const error = new Error('from the object');
    const object = make(error);
    const selector = open(Selector);
    for (const call of [selector.register, selector.modify, selector.unregister, selector.getKey]) {
      expect(() => Reflect.apply(call, selector, [object, EVENT_READ])).toThrow(error);
    }
    expect(selector.getMap().size).toBe(0);
  });

  test('properties of Object.prototype do not make every object a file object', () => {
    const [readFd] = pipe();
    const prototype = Object.prototype as { fd?: number; fileno?: () => number; _handle?: object };
    onTestFinished(() => {
      delete prototype.fd;
      delete prototype.fileno;
      delete prototype._handle;
    });
    const selector = open(Selector);
    for (const pollution of [{ fd: readFd }, { fileno: () => readFd }, { _handle: { fd: readFd } }]) {
      for (const name of Object.keys(pollution)) {
        const value: unknown = Reflect.get(pollution, name);
        Object.defineProperty(prototype, name, { value, configurable: true });
        expectError(() => selector.register({} as FileObject, EVENT_READ), 'ERR_INVALID_ARG_TYPE', { type: TypeError });
        Reflect.deleteProperty(prototype, name);
      }
    }
    expect(selector.getMap().size).toBe(0);
  });

  test('objects of another realm are accepted', () => {
    const [readFd] = pipe();
    const context = createContext({ readFd });
    const selector = owned(new Selector(runInContext('({ onInterrupt: "return" })', context)));
    const object: FileObject = runInContext('({ fd: readFd })', context);
    const key = selector.register(object, EVENT_READ, undefined, runInContext('({ flags: 0 })', context));
    expect(key.fd).toBe(readFd);
    expect(selector.unregister(object)).toBe(key);
    expect(selector.register(runInContext('({ fileno: () => readFd })', context), EVENT_READ).fd).toBe(readFd);
    expect(selector.selectEach(runInContext('() => {}', context), 0)).toBe(0);
  });

  test.runIf(has.proc)("Node's own descriptors can be registered", async () => {
    const { stdout, stderr } = await startNode(`
      import { readdirSync, readlinkSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      import * as io from 'io-selectors';
      const own = readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return /eventpoll|eventfd|pipe:/.test(readlinkSync('/proc/self/fd/' + fd));
        } catch {
          return false;
        }
      });
      const classes = { select: io.SelectSelector, poll: io.PollSelector, epoll: io.EpollSelector };
      const selector = new classes.${backend}();
      for (const fd of own) selector.register(Number(fd), io.EVENT_READ);
      selector.select(0);
      for (const fd of own) selector.unregister(Number(fd));
      await setTimeout(1);
      console.log(own.length > 1, selector.select(0).length);
    `).ended;
    expect([stdout, stderr]).toEqual(['true 0\n', '']);
  });

  test('an object is asked for its descriptor once', () => {
    const [readFd] = pipe();
    let asked = 0;
    const object = {
      get fd() {
        asked++;
        return readFd;
      },
    };
    expect(open(Selector).register(object, EVENT_READ).fd).toBe(readFd);
    expect(asked).toBe(1);
  });

  test.runIf(has.fileDescriptors)('-0 is descriptor 0', () => {
    expect(Object.is(open(Selector, { unpollable: 'ready' }).register(-0, EVENT_READ).fd, 0)).toBe(true);
  });
});
