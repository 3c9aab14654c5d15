import type { Package } from './child.js';

/** The kind of an argument, a valid value, and the kinds of its properties if it is an object. */
export type Argument = [kind: string, value: unknown, of?: Record<string, string>];

/** How to call a method: with which arguments, and on which object if not on the one that its class's row makes. */
export interface Call {
  on?: () => object;
  with?: () => Argument[];
}

/** A class, exported or not, and everything on its prototypes. */
export interface ClassRow {
  name: string;
  needs?: keyof Package['has'];
  make: () => object;
  methods: Record<PropertyKey, Call>;
  getters: string[];
  /** Members for back ends, or for the package itself. */
  internals?: string[];
}

/** A function, or the constructor of a class. */
export interface FunctionRow {
  name: string;
  needs?: keyof Package['has'];
  call: (args: unknown[]) => unknown;
  with: () => Argument[];
}

export interface PublicTable {
  classes: ClassRow[];
  functions: FunctionRow[];
  /** Constructors, and static methods as `'Socket.fromFd'`. */
  constructors: FunctionRow[];
  /** Static members for the package itself. */
  internals: string[];
}

/**
 * How to call everything that the package exports so that nothing blocks, whatever the timeout. Passed as text: it
 * sees nothing but the package.
 *
 * A new export needs its row here, a section in docs/api.md, and if it can fail a row in test/faults/table.ts; a new
 * function of the addon one in test/core/addon-arguments.test.ts.
 */
export function publicTable(io: Package): PublicTable {
  const { fd, socket } = io;
  const { AF_INET, SOCK_STREAM, SOCK_DGRAM, SOL_SOCKET, SO_REUSEADDR, Socket } = socket;
  // One that is always readable, one that is idle, and ones to be closed or replaced.
  const pair = () => socket.socketPair().map((end) => end.detach());
  const [readable, fill] = pair();
  fd.write(fill, 'x');
  const [idle] = pair();
  const spare = () => fd.dup(idle);
  const listener = new Socket();
  listener.bind({ address: '127.0.0.1', port: 0 });
  listener.listen();
  listener.setBlocking(false);
  const udp = new Socket(AF_INET, SOCK_DGRAM);
  udp.bind({ address: '127.0.0.1', port: 0 });
  const mailbox = udp.localAddress();

  const nothing: Call = {};
  const given = (...args: Argument[]): Call => ({ with: () => args });
  const options = (value: object, of: Record<string, string>): Argument => ['options?', value, of];
  const address = (value: object): Argument => ['address', value, { address: 'text', port: 'port', family: 'ip?' }];
  const bytes = (): Argument => ['bytes', new Uint8Array(4)];
  const data = (): Argument => ['data', Buffer.from('data')];
  const registerOptions = () =>
    options(
      { trigger: 'level', oneShot: false, exclusive: false, flags: 0 },
      { trigger: 'choice?', oneShot: 'boolean?', exclusive: 'boolean?', flags: 'mask?' },
    );
  const selectorOptions = () =>
    options(
      { onInterrupt: 'resume', unpollable: 'throw', fdSetSize: 1024 },
      { onInterrupt: 'choice?', unpollable: 'choice?', fdSetSize: 'count?' },
    );

  const selectorMethods: Record<PropertyKey, Call> = {
    register: given(['fileObject', idle], ['events', io.EVENT_READ], ['any', 'data'], registerOptions()),
    modify: given(['fileObject', readable], ['events', io.EVENT_READ], ['any', 'data'], registerOptions()),
    unregister: given(['fileObject', readable]),
    getKey: given(['fileObject', readable]),
    select: given(['timeout?', 0]),
    selectEach: given(['function', () => {}], ['timeout?', 0]),
    selectAsync: {
      with: () => [
        options({ timeoutMs: 0, signal: new AbortController().signal }, { timeoutMs: 'timeout?', signal: 'signal?' }),
      ],
    },
    getMap: nothing,
    wakeup: nothing,
    ref: nothing,
    unref: nothing,
    close: nothing,
    [Symbol.dispose]: nothing,
    [Symbol.asyncIterator]: nothing,
  };
  const selectorGetters = ['closed', 'waker', 'backend', 'features'];
  const selector = (Selector: new () => InstanceType<typeof io.DefaultSelector>) => () => {
    const made = new Selector();
    made.register(readable, io.EVENT_READ, 'readable');
    return made;
  };
  const pollWithPipe = () => {
    const poll = new io.Poll();
    poll.register(readable, io.POLLIN);
    return poll;
  };
  const epollWithPipe = () => {
    const epoll = new io.Epoll();
    epoll.register(readable, io.EPOLLIN);
    return epoll;
  };
  const eventList = () => {
    const list = new io.EpollEventList(4);
    const epoll = epollWithPipe();
    epoll.waitInto(list, 0);
    epoll.close();
    return list;
  };
  const messages = () => {
    const list = new socket.MessageList(4, 16);
    list.add(udp);
    return list;
  };
  const withData = () => {
    const [a, b] = socket.socketPair();
    b.send('from the other');
    return a;
  };
  const datagrams = () => new Socket(AF_INET, SOCK_DGRAM);
  const listening = () => {
    const made = new Socket();
    made.bind({ address: '127.0.0.1', port: 0 });
    made.listen();
    made.setBlocking(false);
    return made;
  };
  const owner: Record<PropertyKey, Call> = { read: nothing, close: nothing, [Symbol.dispose]: nothing };
  const index = given(['index', 0]);

  const classes: ClassRow[] = [
    {
      name: 'SelectSelector',
      make: selector(io.SelectSelector),
      methods: selectorMethods,
      getters: selectorGetters,
    },
    {
      name: 'PollSelector',
      needs: 'poll',
      make: selector(io.PollSelector),
      methods: selectorMethods,
      getters: selectorGetters,
    },
    {
      name: 'EpollSelector',
      needs: 'epoll',
      make: selector(io.EpollSelector),
      methods: selectorMethods,
      getters: [...selectorGetters, 'fd'],
    },
    {
      name: 'KeyMap',
      make: () => {
        const made = new io.SelectSelector();
        made.register(readable, io.EVENT_READ);
        return made.getMap();
      },
      methods: {
        get: given(['any', readable]),
        has: given(['any', readable]),
        keys: nothing,
        values: nothing,
        entries: nothing,
        forEach: given(['own', () => {}], ['any', null]),
        [Symbol.iterator]: nothing,
      },
      getters: ['size', 'Symbol(Symbol.toStringTag)'],
    },
    {
      name: 'SelectorKey',
      make: () => new io.SelectorKey(0, 0, 1, null),
      methods: {},
      getters: [],
    },
    {
      name: 'Waker',
      make: () => new io.Waker(new io.SelectSelector().waker.share()),
      methods: { wake: nothing, share: nothing, close: nothing, [Symbol.dispose]: nothing },
      getters: ['fd', 'closed'],
      internals: ['assertOpen'],
    },
    {
      name: 'Poll',
      needs: 'poll',
      make: pollWithPipe,
      methods: {
        register: given(['fileObject', idle], ['pollMask', io.POLLIN]),
        modify: given(['fileObject', readable], ['pollMask', io.POLLIN]),
        unregister: given(['fileObject', readable]),
        wait: given(['timeout?', 0]),
        close: nothing,
        [Symbol.dispose]: nothing,
      },
      getters: ['size', 'closed'],
    },
    {
      name: 'Epoll',
      needs: 'epoll',
      make: epollWithPipe,
      methods: {
        ctl: given(['int', io.EPOLL_CTL_ADD], ['fileObject', idle], ['mask?', io.EPOLLIN], ['eventData?', 1n]),
        register: given(['fileObject', idle], ['mask', io.EPOLLIN], ['eventData?', 1n]),
        modify: given(['fileObject', readable], ['mask', io.EPOLLIN], ['eventData?', 1n]),
        unregister: given(['fileObject', readable]),
        wait: given(['timeout?', 0], ['count?', 8]),
        waitInto: {
          with: () => [
            ['list', new io.EpollEventList(4)],
            ['timeout?', 0],
          ],
        },
        close: nothing,
        [Symbol.dispose]: nothing,
      },
      getters: ['fd', 'closed'],
    },
    {
      name: 'EpollEventList',
      needs: 'epoll',
      make: eventList,
      methods: { fd: index, events: index, data: index },
      getters: ['capacity', 'length'],
      internals: ['high', 'push', 'wait', 'ignore'],
    },
    {
      name: 'MessageList',
      make: messages,
      methods: {
        add: given(['fileObject', readable], ['data?', 'data']),
        clear: nothing,
        recvMany: given(['int?', socket.MSG_DONTWAIT]),
        sendMany: given(['int?', socket.MSG_DONTWAIT]),
        fd: index,
        size: index,
        message: index,
        result: index,
        truncated: index,
      },
      getters: ['capacity', 'slotSize', 'length'],
    },
    {
      name: 'Socket',
      make: () => new Socket(),
      methods: {
        setBlocking: given(['boolean', false]),
        bind: given(address({ address: '127.0.0.1', port: 0, family: 'IPv4' })),
        listen: given(['size?', 5]),
        accept: { on: listening },
        acceptFd: { on: listening },
        // The listener must not be collected.
        connect: { with: () => [address(listener.localAddress())] },
        recv: {
          on: withData,
          with: () => [
            ['size', 4],
            ['int?', 0],
          ],
        },
        recvInto: { on: withData, with: () => [bytes(), ['int?', 0]] },
        recvFrom: {
          on: withData,
          with: () => [
            ['size', 4],
            ['int?', 0],
          ],
        },
        send: { on: withData, with: () => [data(), ['int?', 0]] },
        sendTo: { on: datagrams, with: () => [data(), address({ ...mailbox }), ['int?', 0]] },
        shutdown: { on: withData, with: () => [['choice', 'both']] },
        getOption: given(['int', SOL_SOCKET], ['int', SO_REUSEADDR], ['size?', 4]),
        setOption: given(['int', SOL_SOCKET], ['int', SO_REUSEADDR], ['optionValue', 1]),
        takeError: nothing,
        localAddress: nothing,
        remoteAddress: { on: withData },
        detach: nothing,
        close: nothing,
        [Symbol.dispose]: nothing,
      },
      getters: ['fd', 'closed'],
      internals: ['assertOpen'],
    },
    {
      name: 'EventFd',
      needs: 'eventfd',
      make: () => fd.eventfd(1),
      methods: { ...owner, write: given(['counter', 1]) },
      getters: ['fd', 'closed'],
      internals: ['assertOpen'],
    },
    {
      name: 'TimerFd',
      needs: 'timerfd',
      make: () => fd.timerfd({ delayMs: 0 }),
      methods: {
        ...owner,
        set: given(['options', { delayMs: 1e9, intervalMs: 1e9 }, { delayMs: 'duration', intervalMs: 'duration?' }]),
      },
      getters: ['fd', 'closed'],
      internals: ['assertOpen'],
    },
    {
      name: 'PidFd',
      needs: 'pidfd',
      make: () => fd.pidfd(process.pid),
      methods: owner,
      getters: ['fd', 'closed'],
      internals: ['assertOpen'],
    },
    {
      name: 'Signals',
      needs: 'signals',
      make: () => fd.signals(['SIGUSR2']),
      methods: owner,
      getters: ['fd', 'closed'],
      internals: ['assertOpen'],
    },
  ];

  const shown = { [Symbol.for('nodejs.util.inspect.custom')]: nothing };
  for (const row of classes) row.methods = { ...row.methods, ...shown };

  const functions: FunctionRow[] = [
    { name: 'availableBackends', call: () => io.availableBackends(), with: () => [] },
    {
      name: 'describeMask',
      call: (args) => Reflect.apply(io.describeMask, undefined, args),
      with: () => [
        ['mask', 1],
        ['choice', 'poll'],
      ],
    },
    {
      name: 'select',
      call: (args) => Reflect.apply(io.select, undefined, args),
      with: () => [
        ['iterable', [readable]],
        ['iterable', []],
        ['iterable', []],
        ['rawTimeout?', 0],
        options({ fdSetSize: 1024 }, { fdSetSize: 'count?' }),
      ],
    },
  ];
  /** What not every system has is named after the capability. */
  const ofFd: Record<string, () => Argument[]> = {
    pipe: () => [options({ blocking: false }, { blocking: 'boolean?' })],
    read: () => [['fd', idle], bytes()],
    write: () => [['fd', fill], data()],
    close: () => [['fd', spare()]],
    dup: () => [['fd', idle]],
    dup2: () => [
      ['fd', idle],
      ['fd', spare()],
    ],
    getBlocking: () => [['fd', idle]],
    setBlocking: () => [
      ['fd', idle],
      ['boolean', false],
    ],
    getDescriptorLimit: () => [],
    setDescriptorLimit: () => [['limit', fd.getDescriptorLimit().soft]],
    signals: () => [['names', ['SIGUSR2']]],
    eventfd: () => [['counter?', 1], options({ blocking: false }, { blocking: 'boolean?' })],
    timerfd: () => [
      [
        'options',
        { delayMs: 0, intervalMs: 0, blocking: false },
        { delayMs: 'duration', intervalMs: 'duration?', blocking: 'boolean?' },
      ],
    ],
    pidfd: () => [['pid', process.pid]],
  };
  for (const [name, given] of Object.entries(ofFd)) {
    const capability = name.endsWith('DescriptorLimit') ? 'descriptorLimit' : name;
    const needs = Object.hasOwn(io.has, capability) ? { needs: capability as keyof Package['has'] } : {};
    const call = (args: unknown[]): unknown => Reflect.apply(Reflect.get(fd, name), undefined, args);
    functions.push({ name, ...needs, call, with: given });
  }
  functions.push({
    name: 'socketPair',
    call: (args) => Reflect.apply(socket.socketPair, undefined, args),
    with: () => [['int?', SOCK_STREAM], options({ blocking: false }, { blocking: 'boolean?' })],
  });

  const constructed = (name: string, owner: object, given: () => Argument[], needs?: keyof Package['has']) => ({
    name,
    ...(needs && { needs }),
    call: (args: unknown[]): unknown => Reflect.construct(Reflect.get(owner, name), args),
    with: given,
  });
  const constructors: FunctionRow[] = [
    constructed('DefaultSelector', io, () => [selectorOptions()]),
    constructed('SelectSelector', io, () => [selectorOptions()]),
    constructed('PollSelector', io, () => [selectorOptions()], 'poll'),
    constructed('EpollSelector', io, () => [selectorOptions()], 'epoll'),
    constructed('SelectorKey', io, () => [
      ['any', 0],
      ['any', 0],
      ['any', 0],
      ['any', 0],
    ]),
    constructed('Waker', io, () => [['fd', new io.SelectSelector().waker.share()]]),
    constructed('Poll', io, () => [], 'poll'),
    constructed('Epoll', io, () => [options({ cloexec: true }, { cloexec: 'boolean?' })], 'epoll'),
    constructed('EpollEventList', io, () => [['count', 4]], 'epoll'),
    constructed('MessageList', socket, () => [
      ['count', 4],
      ['count', 16],
    ]),
    constructed('Socket', socket, () => [
      ['int?', AF_INET],
      ['int?', SOCK_STREAM],
      ['int?', 0],
    ]),
    {
      name: 'Socket.fromFd',
      call: (args) => Reflect.apply(Socket.fromFd, Socket, args),
      with: () => [['fd', new Socket().detach()]],
    },
    {
      name: 'Epoll.fromFd',
      needs: 'epoll',
      call: (args) => Reflect.apply(io.Epoll.fromFd, io.Epoll, args),
      with: () => [['fd', fd.dup(new io.Epoll().fd)]],
    },
  ];
  return { classes, functions, constructors, internals: ['EpollEventList.isList'] };
}
