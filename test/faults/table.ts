import type { Package } from '../support/child.js';

/** What a fault leads to: the call's error, an error of the package with this code, or a value as JSON. */
type Consequence = 'throws' | { code: string } | { value: string };

export interface FaultRow {
  name: string;
  call: string;
  operation?: number;
  /** By the name of the error that the call fails with. */
  errors: Record<string, Consequence>;
  /** Makes the object for the call. If the call throws, its state must be as before. */
  make: () => object;
  act: (made: never) => unknown;
  /** The system call that the error names. */
  syscall: string;
  /** The descriptor that the error names, if any; `'gone'` for one that is closed by then. */
  fd?: ((made: never) => number) | 'gone';
  /** How many calls in a row fail: default 1; -1: all. */
  times?: number;
  needs?: keyof Package['has'];
}

/** The system calls of every public function, and what their faults lead to. Passed as text. */
export function faultTable(io: Package): FaultRow[] {
  const { fd, socket, syscalls } = io;
  const { Socket, socketPair, AF_INET, SOCK_DGRAM, SOL_SOCKET, SO_REUSEADDR } = socket;
  const F_GETFL = 3;
  const F_SETFL = 4;
  const F_DUPFD_CLOEXEC = 1030;

  const throws = (...errors: string[]): Record<string, Consequence> =>
    Object.fromEntries(errors.map((error) => [error, 'throws']));
  const value = (result: unknown): Consequence => ({ value: JSON.stringify(result) });
  const would = { EAGAIN: value(null) };
  const full = throws('EMFILE', 'ENFILE', 'ENOMEM');

  const [readable, fill] = fd.pipe();
  fd.write(fill, 'x');
  const [empty] = fd.pipe();
  const server = new Socket();
  server.bind({ address: '127.0.0.1', port: 0 });
  server.listen();
  const mailbox = new Socket(AF_INET, SOCK_DGRAM);
  mailbox.bind({ address: '127.0.0.1', port: 0 });

  type More = Partial<Pick<FaultRow, 'syscall' | 'operation' | 'fd' | 'times' | 'needs'>>;
  type Errors = FaultRow['errors'];
  /** A plain function. */
  const call = (name: string, call: string, errors: Errors, act: () => unknown, more: More = {}): FaultRow => ({
    name,
    call,
    errors,
    make: () => ({}),
    act,
    syscall: call,
    ...more,
  });
  /** A method of a new object. The error names the object's descriptor. */
  const on =
    <T extends object>(make: () => T, common: More = { fd: (self: { fd: number }) => self.fd }) =>
    (name: string, call: string, errors: Errors, act: (self: T) => unknown, more: More = {}): FaultRow => ({
      name,
      call,
      errors,
      make,
      act,
      syscall: call,
      ...common,
      ...more,
    });

  const onSocket = on(() => new Socket());
  const onDatagrams = on(() => new Socket(AF_INET, SOCK_DGRAM));
  const onPair = on(() => {
    const [a, b] = socketPair();
    b.send('data');
    return Object.assign(a, { peer: b });
  });
  const onListener = on(() => {
    const listener = new Socket();
    listener.bind({ address: '127.0.0.1', port: 0 });
    listener.listen();
    listener.setBlocking(false);
    const client = new Socket();
    client.connect(listener.localAddress());
    return Object.assign(listener, { client });
  });
  const ofSockets = [
    call('new Socket()', 'socket', { ...full, ...throws('EACCES', 'ENOBUFS') }, () => new Socket()),
    call('socketPair()', 'socketpair', full, () => socketPair()),
    on(() => ({ number: new Socket().detach() }), { fd: ({ number }: { number: number }) => number })(
      'Socket.fromFd()',
      'getsockname',
      throws('ENOBUFS', 'ENOTSOCK'),
      ({ number }) => Socket.fromFd(number),
    ),
    onSocket('bind()', 'bind', throws('ENOMEM', 'EACCES', 'EADDRINUSE'), (self) =>
      self.bind({ address: '127.0.0.1', port: 0 }),
    ),
    onSocket('listen()', 'listen', throws('EADDRINUSE'), (self) => self.listen()),
    onListener(
      'accept()',
      syscalls.accept,
      { ...full, ...throws('ECONNABORTED', 'EPERM', 'EINTR'), ...would },
      (self) => self.accept()?.socket ?? null,
    ),
    onListener('acceptFd()', syscalls.accept, { ...full, ...would }, (self) => self.acceptFd()),
    onSocket(
      'connect()',
      'connect',
      { ...throws('ECONNREFUSED', 'EINTR', 'ENOMEM', 'EAGAIN'), EINPROGRESS: value(false) },
      (self) => self.connect(server.localAddress()),
    ),
    onPair('recv()', 'recv', { ...throws('EINTR', 'ENOMEM', 'ECONNRESET'), ...would }, (self) => self.recv(4)),
    onPair('recvInto()', 'recv', { ...throws('EINTR', 'ENOMEM'), ...would }, (self) => self.recvInto(Buffer.alloc(4))),
    onPair('recvFrom()', syscalls.recvFrom, { ...throws('EINTR', 'ENOMEM'), ...would }, (self) => self.recvFrom(4)),
    onPair('send()', 'send', { ...throws('EINTR', 'ENOBUFS', 'EPIPE'), ...would }, (self) => self.send('data')),
    onDatagrams('sendTo()', 'sendto', { ...throws('EINTR', 'ENOBUFS', 'EMSGSIZE'), ...would }, (self) =>
      self.sendTo('data', mailbox.localAddress()),
    ),
    onPair('shutdown()', 'shutdown', throws('ENOBUFS', 'ENOTCONN'), (self) => self.shutdown('write')),
    onSocket('getOption()', 'getsockopt', throws('ENOPROTOOPT', 'ENOMEM'), (self) =>
      self.getOption(SOL_SOCKET, SO_REUSEADDR),
    ),
    onSocket('setOption()', 'setsockopt', throws('ENOPROTOOPT', 'ENOMEM', 'EPERM'), (self) =>
      self.setOption(SOL_SOCKET, SO_REUSEADDR, 1),
    ),
    onSocket('takeError()', 'getsockopt', throws('ENOMEM'), (self) => self.takeError()),
    onSocket('localAddress()', 'getsockname', throws('ENOBUFS'), (self) => self.localAddress()),
    onPair('remoteAddress()', 'getpeername', throws('ENOBUFS', 'ENOTCONN'), (self) => self.remoteAddress()),
    onSocket('setBlocking(), asking', 'fcntl', throws('EBADF'), (self) => self.setBlocking(false), {
      operation: F_GETFL,
    }),
    onSocket('setBlocking(), setting', 'fcntl', throws('EPERM'), (self) => self.setBlocking(false), {
      operation: F_SETFL,
    }),
  ];

  const ofSelf = { fd: (self: { fd: number }) => self.fd };
  const counter = on(() => fd.eventfd(1), { ...ofSelf, needs: 'eventfd' });
  const timer = on(() => fd.timerfd({ delayMs: 0 }), { ...ofSelf, needs: 'timerfd' });
  const pid = on(() => fd.pidfd(process.pid), { ...ofSelf, needs: 'pidfd' });
  const waker = on(() => new io.Waker(new io.SelectSelector().waker.share()));
  const bytes = Buffer.alloc(8);
  const duplicating = { operation: F_DUPFD_CLOEXEC };
  const ofDescriptors = [
    call('pipe()', syscalls.pipe, full, () => fd.pipe()),
    onPair('read()', 'read', { ...throws('EINTR', 'EIO'), ...would }, (self) => fd.read(self.fd, bytes)),
    onPair('write()', 'write', { ...throws('EINTR', 'EIO', 'ENOSPC', 'EPIPE'), ...would }, (self) =>
      fd.write(self.fd, bytes),
    ),
    call('dup()', 'fcntl', full, () => fd.dup(readable), { ...duplicating, fd: () => readable }),
    onPair('dup2()', syscalls.dup2, throws('EMFILE', 'EBUSY', 'EINTR'), (self) => fd.dup2(readable, self.fd), {
      fd: () => readable,
    }),
    call('getBlocking()', 'fcntl', throws('EBADF'), () => fd.getBlocking(readable), { fd: () => readable }),
    call('getDescriptorLimit()', 'getrlimit64', throws('EPERM'), () => fd.getDescriptorLimit(), {
      syscall: 'getrlimit',
    }),
    call('setDescriptorLimit()', 'setrlimit64', throws('EPERM', 'EINVAL'), () => fd.setDescriptorLimit(1024), {
      syscall: 'setrlimit',
    }),
    call('eventfd()', 'eventfd', { ...full, ...throws('ENODEV') }, () => fd.eventfd(), { needs: 'eventfd' }),
    call('eventfd() past 32 bits', 'write', throws('EIO'), () => fd.eventfd(2n ** 40n), {
      fd: 'gone',
      needs: 'eventfd',
    }),
    counter(
      'EventFd#read()',
      'read',
      { ...throws('EINTR', 'EIO'), ...would },
      (self) => self.read()?.toString() ?? null,
    ),
    counter('EventFd#write()', 'write', { ...throws('EINTR', 'EIO'), ...would }, (self) => self.write(1)),
    call('timerfd()', 'timerfd_create', full, () => fd.timerfd({ delayMs: 0 }), { needs: 'timerfd' }),
    call('timerfd(), setting', 'timerfd_settime', throws('EINVAL', 'ENOMEM'), () => fd.timerfd({ delayMs: 5 }), {
      fd: 'gone',
      needs: 'timerfd',
    }),
    timer('TimerFd#set()', 'timerfd_settime', throws('EINVAL'), (self) => self.set({ delayMs: 1e9 })),
    call(
      'pidfd()',
      'pidfd_open',
      { ...full, ...throws('ESRCH', 'EPERM'), ENOSYS: { code: 'ERR_NOT_SUPPORTED' } },
      () => fd.pidfd(process.pid),
      { needs: 'pidfd' },
    ),
    pid('PidFd#read()', 'waitid', { ...throws('EINVAL', 'EINTR'), ECHILD: value(null) }, (self) => self.read()),
    call('signals()', syscalls.openWaker, full, () => fd.signals(['SIGUSR2'])),
    call('signals(), installing', 'sigaction', throws('EINVAL'), () => fd.signals(['SIGUSR2']), { times: -1 }),
    waker('Waker#share()', 'fcntl', full, (self) => self.share(), duplicating),
    waker('Waker#wake()', 'write', throws('EINTR', 'EIO'), (self) => self.wake()),
  ];

  const onPoll = on(
    () => {
      const poll = new io.Poll();
      poll.register(readable, io.POLLIN);
      return poll;
    },
    { needs: 'poll' },
  );
  const onEpoll = on(
    () => {
      const epoll = new io.Epoll();
      epoll.register(readable, io.EPOLLIN);
      return epoll;
    },
    { needs: 'epoll', fd: (self: { fd: number }) => self.fd },
  );
  const interrupted = throws('EINTR', 'ENOMEM');
  const ready = value([{ fd: readable, events: io.EPOLLIN }]);
  const needs = 'epoll';
  const watched = { fd: () => readable };
  const ofWaits = [
    call('select()', 'select', interrupted, () => io.select([readable], [], [])),
    call('select() of a fraction', 'pselect', interrupted, () => io.select([readable], [], [], 0.5), {
      syscall: syscalls.selectFraction,
    }),
    onPoll('Poll#wait()', 'poll', { ...interrupted, ...throws('EINVAL') }, (self) => self.wait()),
    onPoll('Poll#wait() of a fraction', syscalls.pollFraction, interrupted, (self) => self.wait(0.5)),
    call('new Epoll()', 'epoll_create1', full, () => new io.Epoll(), { needs }),
    call('new EpollSelector()', 'epoll_create1', full, () => new io.EpollSelector(), { needs }),
    on(() => ({ number: fd.dup(new io.Epoll().fd) }), { needs })(
      'Epoll.fromFd()',
      'epoll_create1',
      full,
      ({ number }) => io.Epoll.fromFd(number),
    ),
    onEpoll(
      'Epoll#register()',
      'epoll_ctl',
      throws('ENOMEM', 'ENOSPC', 'EPERM'),
      (self) => self.register(empty, io.EPOLLIN),
      { operation: io.EPOLL_CTL_ADD, fd: () => empty },
    ),
    onEpoll('Epoll#modify()', 'epoll_ctl', throws('ENOMEM', 'EINVAL'), (self) => self.modify(readable, io.EPOLLOUT), {
      operation: io.EPOLL_CTL_MOD,
      ...watched,
    }),
    onEpoll('Epoll#unregister()', 'epoll_ctl', throws('ENOMEM', 'ENOENT'), (self) => self.unregister(readable), {
      operation: io.EPOLL_CTL_DEL,
      ...watched,
    }),
    onEpoll('Epoll#wait()', 'epoll_wait', interrupted, (self) => self.wait()),
    onEpoll('Epoll#waitInto()', 'epoll_wait', interrupted, (self) => self.waitInto(new io.EpollEventList(4))),
    onEpoll(
      'Epoll#wait() of a fraction',
      'epoll_pwait2',
      { ...interrupted, ENOSYS: ready, EPERM: ready },
      (self) => self.wait(0.5),
    ),
  ];
  return [...ofSockets, ...ofDescriptors, ...ofWaits];
}
