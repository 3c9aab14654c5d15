import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { root, startNode } from '../support/processes.js';

/**
 * The kinds of the arguments of each function that the addon exports. A function that is missing here fails the
 * test. Functions that close or replace descriptors get only numbers that are not open, as others may be Node's.
 */
const SIGNATURES: Record<string, string[]> = {
  own: ['strange'],
  ticketOf: ['strange'],
  disown: ['strange', 'small'],
  closeOwned: ['strange', 'small'],
  closeCollected: ['strange', 'small'],
  forget: ['strange'],
  select: ['bitmaps', 'small', 'timeout'],
  poll: ['entries', 'small', 'timeout'],
  epollCreate: ['small', 'counts'],
  epollCtl: ['control'],
  epollWait: ['events'],
  openThreadWatch: ['function', 'counts'],
  openEpollWatch: ['function', 'counts', 'fd'],
  openEpollThreadWatch: ['function', 'counts'],
  beginSelect: ['watch', 'boolean', 'bitmaps', 'small'],
  beginPoll: ['watch', 'boolean', 'entries', 'small'],
  beginEpoll: ['watch', 'boolean', 'fd', 'boolean'],
  takeEpollEvent: ['watch', 'event'],
  cancelWatch: ['watch'],
  closeWatch: ['watch'],
  failedCall: [],
  encodeInet: ['address', 'text', 'small'],
  encodeUnix: ['address', 'bytes'],
  decodeAddress: ['address'],
  socket: ['small', 'small', 'small'],
  socketpair: ['pair', 'small', 'boolean'],
  bind: ['fd', 'address'],
  listen: ['fd', 'small'],
  accept: ['fd', 'address', 'boolean'],
  connect: ['fd', 'address'],
  recv: ['fd', 'bytes', 'small'],
  send: ['fd', 'bytes', 'small'],
  recvfrom: ['fd', 'bytes', 'small', 'address'],
  sendto: ['fd', 'bytes', 'small', 'address'],
  shutdown: ['fd', 'small'],
  getsockopt: ['fd', 'small', 'small', 'bytes'],
  setsockopt: ['fd', 'small', 'small', 'bytes'],
  getsockname: ['fd', 'address'],
  getpeername: ['fd', 'address'],
  recvMany: ['slots', 'small', 'bytes', 'small', 'small'],
  sendMany: ['slots', 'small', 'bytes', 'small', 'small'],
  pipe: ['pair', 'boolean'],
  wakePair: ['pair', 'counts'],
  read: ['fd', 'bytes'],
  write: ['fd', 'bytes'],
  close: ['strange'],
  dup: ['fd'],
  dup2: ['fd', 'strange'],
  isOpen: ['fd'],
  isWatchable: ['fd'],
  getBlocking: ['fd'],
  setBlocking: ['fd', 'false'],
  getDescriptorLimit: ['limits'],
  setDescriptorLimit: ['limit'],
  eventfd: ['small', 'boolean', 'counts'],
  timerfdCreate: ['boolean'],
  timerfdSettime: ['fd', 'timeout', 'timeout'],
  pidfdOpen: ['strange'],
  pidfdStatus: ['fd', 'pair'],
  signalSubscribe: ['signals', 'strange'],
  signalArrived: ['small'],
  signalUnsubscribe: ['small'],
};

const SOURCE = `
  import { createRequire } from 'node:module';
  import { setTimeout } from 'node:timers/promises';
  const root = ${JSON.stringify(root)};
  const signatures = ${JSON.stringify(SIGNATURES)};
  const native = createRequire(root + 'package.json')('node-gyp-build')(root);

  /** mulberry32 */
  let state;
  const random = (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
  const pick = (from) => from[random(from.length)];

  const fds = new Int32Array(2);
  native.pipe(fds, false);
  const [r, w] = fds;
  native.socketpair(fds, 1, false);
  const [socket] = fds;
  const epoll = native.epollCreate?.(0) ?? r;
  const event = native.eventfd?.(0, false) ?? r;
  const timer = native.timerfdCreate?.(false) ?? r;
  const nobody = () => {};
  const watches = [0, 1];

  const detached = (View) => {
    const view = new View(new ArrayBuffer(4096));
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  };
  const shrunk = (View) => {
    if (!('resizable' in ArrayBuffer.prototype)) return detached(View);
    const buffer = new ArrayBuffer(4096, { maxByteLength: 8192 });
    const view = new View(buffer);
    const part = new View(buffer, 1024, 8);
    buffer.resize(16);
    return random(2) === 0 ? view : part;
  };
  const thrower = new Proxy({}, { get() { throw new Error('read'); } });
  const views = () => [
    new Uint8Array(0), new Uint8Array(1), new Uint8Array(7), new Uint8Array(100), new Uint8Array(4099, 0),
    new Uint8Array(new ArrayBuffer(4100), 1, 4096), new Uint8Array(new ArrayBuffer(4100), 3, 48),
    new DataView(new ArrayBuffer(1001), 1), new Int32Array(1), new Int32Array(2), new Float64Array(2),
    new BigUint64Array(6), new Uint8Array(new SharedArrayBuffer(96)), detached(Uint8Array), detached(Int32Array),
    shrunk(Uint8Array), shrunk(Uint32Array), new Uint8Array(native.addressSize).fill(255),
    new Uint8Array(native.addressSize - 1), Buffer.alloc(native.addressSize), Buffer.from('some text'),
  ];
  const strangers = () => [
    undefined, null, true, false, 'text', '', Symbol('symbol'), 7n, {}, [], [1], nobody, thrower, new Date(), /a/,
    new ArrayBuffer(0), new ArrayBuffer(10), new SharedArrayBuffer(64), Object.create(null),
    { valueOf() { throw new Error('converted'); } }, new Number(3),
  ];
  const numbers = [-1, -0, 0.5, NaN, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -(2 ** 31), -(2 ** 31) - 1, 1e300, Infinity, -Infinity];
  const filled = (View, length, from) => View.from({ length }, () => pick(from));
  const control = () => {
    const words = filled(Uint32Array, 6, [epoll, r, w, event, 0, 1, 2, 3, 4, 1e6, 2 ** 31, 2 ** 32 - 1]);
    // Never the epoll of Node's event loop.
    words[0] = pick([epoll, epoll, r, event, 1e6, -1]);
    return words.buffer;
  };
  const events = () => {
    const buffer = new ArrayBuffer(pick([24, 36, 24 + 12 * 4, 24 + 16 * 100]));
    new Float64Array(buffer, 0, 1)[0] = pick([0, 0.1, 1, NaN, 1e-300]);
    new Int32Array(buffer, 8, 4).set([pick([epoll, r, -1, 1e6]), pick([-1, 0, 1, 4, 1000, 2 ** 31 - 1]), pick([0, 1, -1]), 0]);
    return buffer;
  };
  const address = () => {
    const bytes = filled(Uint8Array, native.addressSize, [0, 0, 1, 2, 10, 255]);
    if (random(2) === 0) native.encodeInet(bytes, pick(['127.0.0.1', '::1']), 1);
    if (random(3) === 0) new Uint32Array(bytes.buffer, 128, 1)[0] = pick([0, 1, 2, 16, 28, 110, 128, 129, 2 ** 31, 2 ** 32 - 1]);
    return bytes;
  };
  const kinds = {
    fd: () => pick([r, w, socket, epoll, event, timer, 1e6, ...numbers]),
    // Not open.
    strange: () => pick([700_000, 1e6, ...numbers.filter((number) => number !== 0)]),
    small: () => pick([0, 1, 2, 3, 8, 63, 64, 65, 128, 1024, 4096, 65536, ...numbers]),
    // None that waits for ever.
    timeout: () => pick([0, 0.001, 1, 1e-300, NaN]),
    limit: () => pick([-1, 0.5, NaN, 1e300, 2 ** 64, 2 ** 53, 4096]),
    boolean: () => random(2) === 0,
    false: () => false,
    function: () => nobody,
    watch: () => pick([...watches, ...watches, ...numbers, 10_000]),
    counts: () => filled(Uint32Array, random(2000), [0, 1, 2 ** 32 - 1]),
    bitmaps: () => filled(Uint32Array, 6 * pick([0, 1, 2, 3, 4, 31, 32, 64]), [0, 2 ** 32 - 1]),
    entries: () => filled(Int32Array, random(40), [r, w, -1, 1, 1e6, 2 ** 31 - 1]),
    slots: () => filled(Int32Array, random(40), [r, socket, -1, 64, 1e6, 2 ** 31 - 1]),
    bytes: () => new Uint8Array(pick([0, 1, 4, 8, 64, 4096])),
    pair: () => new Int32Array(2),
    event: () => new Uint32Array(3),
    limits: () => new Float64Array(2),
    control,
    events,
    address,
    text: () => pick(['127.0.0.1', '::1', 'fe80::1%lo', '', 'localhost', '1.2.3.4\\0', 'x'.repeat(10_000), '\\ud800']),
    signals: () => pick([0, 1, 2 ** 11, 2 ** 9, 2 ** 32 - 1, 2 ** 31, 2 ** 8, 2 ** 18, ...numbers]),
  };
  // What these open is closed again: they return a descriptor, or write two into an array.
  const makers = new Set(['epollCreate', 'socket', 'accept', 'dup', 'dup2', 'eventfd', 'timerfdCreate', 'pidfdOpen']);
  const pairs = new Set(['socketpair', 'pipe', 'wakePair']);
  const blocking = new Set(['timeout', 'limit', 'strange', 'fd', 'signals']);
  const tally = { calls: 0, errnos: 0, throws: 0, other: new Set() };

  function call(name, args) {
    tally.calls++;
    let result;
    try {
      result = native[name](...args);
    } catch (error) {
      tally.throws++;
      if (!(error instanceof TypeError) && !(error instanceof RangeError)) tally.other.add(name + ': ' + error);
      return;
    }
    if (typeof result === 'number' && result < 0) tally.errnos++;
    if (typeof result === 'number' && result < 0 && result < -4095) tally.other.add(name + ': ' + result);
    if (makers.has(name) && result >= 0) native.close(result);
    if (pairs.has(name) && result === 0) args[0].forEach((fd) => native.close(fd));
    if (name.startsWith('open') && result >= 0) {
      watches.push(result);
      if (watches.length > 8) native.closeWatch(watches.splice(0, 1)[0]);
    }
    if (name === 'signalSubscribe' && result >= 0) native.signalUnsubscribe(result);
    if (name === 'setDescriptorLimit' && result === 0) native.setDescriptorLimit(4096);
  }

  const names = Object.keys(native).filter((name) => typeof native[name] === 'function');
  const unknown = names.filter((name) => !(name in signatures));
  const seed = Number(process.env.SEED ?? 1);
  state = seed;
  for (const name of names.filter((name) => name in signatures)) {
    const signature = signatures[name];
    const valid = () => signature.map((kind) => kinds[kind]());
    for (let count = 0; count <= signature.length + 2; count++) call(name, [...valid(), 1, {}].slice(0, count));
    for (const [i, kind] of signature.entries()) {
      const hostile = [...strangers(), ...views(), ...(blocking.has(kind) ? [] : numbers)];
      // Twice, as the other arguments are random.
      for (const value of [...hostile, ...hostile]) call(name, Object.assign(valid(), { [i]: value }));
    }
    for (let turn = 0; turn < 300; turn++) {
      call(name, signature.map((kind) => random(4) > 0 ? kinds[kind]() : pick([...strangers(), ...views()])));
    }
  }
  // Lets the event loop finish what the functions started.
  await setTimeout(20);
  for (const id of watches) native.closeWatch(id);
  await setTimeout(20);
  const { other, ...counts } = tally;
  console.log(JSON.stringify({ ...counts, names: names.length, unknown, other: [...other] }));
  process.exit();
`;

describe.runIf(has.pipe)('the addon, called directly', () => {
  test.each([1, 2, 3])('refuses wrong arguments with an error: seed %i', async (seed) => {
    const { code, signal, stdout, stderr } = await startNode(SOURCE, { SEED: String(seed) }).ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    const { calls, errnos, throws, names, ...rest }: Record<string, number> = JSON.parse(stdout);
    expect(rest).toEqual({ unknown: [], other: [] });
    expect(names).toBeGreaterThan(40);
    expect(calls).toBeGreaterThan(10_000);
    expect(throws).toBeGreaterThan(calls / 4);
    expect(errnos).toBeGreaterThan(1000);
  });
});
