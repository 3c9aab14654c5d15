import type { Package } from './child.js';

/** What a fault is to lead to: an error of the call, one with this code of the package's, or a value, as JSON. */
type Consequence = 'throws' | { code: string } | { value: string };

export interface FaultRow {
  name: string;
  call: string;
  operation?: number;
  /** By the kernel's error. */
  errors: Record<string, Consequence>;
  /** A new object for the call, whose state must stay as it is where the call throws. */
  make: () => object;
  act: (made: never) => unknown;
  /** The system call that the error names. */
  syscall: string;
  /** The descriptor that it names, if any, or one that is closed again. */
  fd?: ((made: never) => number) | 'gone';
  /** How many calls on end fail: default 1; -1: all. */
  times?: number;
  needs?: 'poll' | 'epoll';
}

/** The system calls of every public function, and what their failures are to lead to. Passed as text. */
export function faultTable(io: Package): FaultRow[] {
  const { fd, socket } = io;
  const { Socket, socketPair, AF_INET, SOCK_DGRAM, SOL_SOCKET, SO_REUSEADDR } = socket;
  const F_GETFL = 3;
  const F_SETFL = 4;
  const F_DUPFD_CLOEXEC = 1030;

  const throws = (...errors: string[]): Record<string, Consequence> =>
    Object.fromEntries(errors.map((error) => [error, 'throws']));
  const value = (result: unknown): Consequence => ({ value: JSON.stringify(result) });
  const would = { EAGAIN: value(null) };
  const full = throws('EMFILE', 'ENFILE', 'ENOMEM');
  const nothing = () => ({});

  const [readable, fill] = fd.pipe();
  fd.write(fill, 'x');
  const [empty] = fd.pipe();
  const server = new Socket();
  server.bind({ address: '127.0.0.1', port: 0 });
  server.listen();
  const mailbox = new Socket(AF_INET, SOCK_DGRAM);
  mailbox.bind({ address: '127.0.0.1', port: 0 });

  const connected = () => {
    const [a, b] = socketPair();
    b.send('data');
    return Object.assign(a, { peer: b });
  };
  const listening = () => {
    const listener = new Socket();
    listener.bind({ address: '127.0.0.1', port: 0 });
    listener.listen();
    listener.setBlocking(false);
    const client = new Socket();
    client.connect(listener.localAddress());
    return Object.assign(listener, { client });
  };
  type S = InstanceType<typeof Socket>;
  const own = (self: { fd: number }) => self.fd;
  const onSocket = (
    name: string,
    call: string,
    errors: Record<string, Consequence>,
    make: () => S,
    act: (self: S) => unknown,
    syscall = call,
  ): FaultRow => ({ name, call, errors, make, act, syscall, fd: own });

  const rows: FaultRow[] = [
    { name: 'new Socket()', call: 'socket', errors: { ...full, ...throws('EACCES', 'ENOBUFS') }, make: nothing, act: () => new Socket(), syscall: 'socket' },
    { name: 'socketPair()', call: 'socketpair', errors: full, make: nothing, act: () => socketPair(), syscall: 'socketpair' },
    onSocket('bind()', 'bind', throws('ENOMEM', 'EACCES', 'EADDRINUSE'), () => new Socket(), (self) => self.bind({ address: '127.0.0.1', port: 0 })),
    onSocket('listen()', 'listen', throws('EADDRINUSE'), () => new Socket(), (self) => self.listen()),
    onSocket('accept()', 'accept4', { ...full, ...throws('ECONNABORTED', 'EPERM', 'EINTR'), ...would }, listening, (self) => self.accept()?.socket ?? null),
    onSocket('acceptFd()', 'accept4', { ...full, ...would }, listening, (self) => self.acceptFd()),
    onSocket('connect()', 'connect', { ...throws('ECONNREFUSED', 'EINTR', 'ENOMEM', 'EAGAIN'), EINPROGRESS: value(false) }, () => new Socket(), (self) => self.connect(server.localAddress())),
    onSocket('recv()', 'recv', { ...throws('EINTR', 'ENOMEM', 'ECONNRESET'), ...would }, connected, (self) => self.recv(4)),
    onSocket('recvInto()', 'recv', { ...throws('EINTR', 'ENOMEM'), ...would }, connected, (self) => self.recvInto(Buffer.alloc(4))),
    onSocket('send()', 'send', { ...throws('EINTR', 'ENOBUFS', 'EPIPE'), ...would }, connected, (self) => self.send('data')),
    onSocket('sendTo()', 'sendto', { ...throws('EINTR', 'ENOBUFS', 'EMSGSIZE'), ...would }, () => new Socket(AF_INET, SOCK_DGRAM), (self) => self.sendTo('data', mailbox.localAddress())),
    onSocket('shutdown()', 'shutdown', throws('ENOBUFS', 'ENOTCONN'), connected, (self) => self.shutdown('write')),
    onSocket('getOption()', 'getsockopt', throws('ENOPROTOOPT', 'ENOMEM'), () => new Socket(), (self) => self.getOption(SOL_SOCKET, SO_REUSEADDR)),
    onSocket('setOption()', 'setsockopt', throws('ENOPROTOOPT', 'ENOMEM', 'EPERM'), () => new Socket(), (self) => self.setOption(SOL_SOCKET, SO_REUSEADDR, 1)),
    onSocket('takeError()', 'getsockopt', throws('ENOMEM'), () => new Socket(), (self) => self.takeError()),
    onSocket('localAddress()', 'getsockname', throws('ENOBUFS'), () => new Socket(), (self) => self.localAddress()),
    onSocket('remoteAddress()', 'getpeername', throws('ENOBUFS', 'ENOTCONN'), connected, (self) => self.remoteAddress()),
    { name: 'Socket.fromFd()', call: 'getsockname', errors: throws('ENOBUFS', 'ENOTSOCK'), make: () => ({ number: new Socket().detach() }), act: ({ number }: { number: number }) => Socket.fromFd(number), syscall: 'getsockname', fd: ({ number }: { number: number }) => number },
    { name: 'setBlocking(), read', call: 'fcntl', operation: F_GETFL, errors: throws('EBADF'), make: () => new Socket(), act: (self: S) => self.setBlocking(false), syscall: 'fcntl', fd: own },
    { name: 'setBlocking(), write', call: 'fcntl', operation: F_SETFL, errors: throws('EPERM'), make: () => new Socket(), act: (self: S) => self.setBlocking(false), syscall: 'fcntl', fd: own },
    { name: 'pipe()', call: 'pipe2', errors: full, make: nothing, act: () => fd.pipe(), syscall: 'pipe2' },
    { name: 'read()', call: 'read', errors: { ...throws('EINTR', 'EIO'), ...would }, make: () => fd.eventfd(1), act: ({ fd: number }: { fd: number }) => fd.read(number, Buffer.alloc(8)), syscall: 'read', fd: own },
    { name: 'write()', call: 'write', errors: { ...throws('EINTR', 'EIO', 'ENOSPC', 'EPIPE'), ...would }, make: () => fd.eventfd(1), act: ({ fd: number }: { fd: number }) => fd.write(number, Buffer.alloc(8)), syscall: 'write', fd: own },
    { name: 'dup()', call: 'fcntl', operation: F_DUPFD_CLOEXEC, errors: full, make: nothing, act: () => fd.dup(readable), syscall: 'dup', fd: () => readable },
    { name: 'dup2()', call: 'dup3', errors: throws('EMFILE', 'EBUSY', 'EINTR'), make: () => new Socket(), act: (self: S) => fd.dup2(readable, self.fd), syscall: 'dup2', fd: () => readable },
    { name: 'getBlocking()', call: 'fcntl', operation: F_GETFL, errors: throws('EBADF'), make: nothing, act: () => fd.getBlocking(readable), syscall: 'fcntl', fd: () => readable },
    { name: 'getDescriptorLimit()', call: 'getrlimit64', errors: throws('EPERM'), make: nothing, act: () => fd.getDescriptorLimit(), syscall: 'getrlimit' },
    { name: 'setDescriptorLimit()', call: 'setrlimit64', errors: throws('EPERM', 'EINVAL'), make: nothing, act: () => fd.setDescriptorLimit(1024), syscall: 'setrlimit' },
    { name: 'eventfd()', call: 'eventfd', errors: { ...full, ...throws('ENODEV') }, make: nothing, act: () => fd.eventfd(), syscall: 'eventfd' },
    { name: 'eventfd() past 32 bits', call: 'write', errors: throws('EIO'), make: nothing, act: () => fd.eventfd(2n ** 40n), syscall: 'write', fd: 'gone' },
    { name: 'EventFd#read()', call: 'read', errors: { ...throws('EINTR', 'EIO'), ...would }, make: () => fd.eventfd(1), act: (self: ReturnType<typeof fd.eventfd>) => self.read()?.toString() ?? null, syscall: 'read', fd: own },
    { name: 'EventFd#write()', call: 'write', errors: { ...throws('EINTR', 'EIO'), ...would }, make: () => fd.eventfd(1), act: (self: ReturnType<typeof fd.eventfd>) => self.write(1), syscall: 'write', fd: own },
    { name: 'timerfd()', call: 'timerfd_create', errors: full, make: nothing, act: () => fd.timerfd({ delayMs: 0 }), syscall: 'timerfd_create' },
    { name: 'timerfd(), set', call: 'timerfd_settime', errors: throws('EINVAL', 'ENOMEM'), make: nothing, act: () => fd.timerfd({ delayMs: 5 }), syscall: 'timerfd_settime', fd: 'gone' },
    { name: 'TimerFd#set()', call: 'timerfd_settime', errors: throws('EINVAL'), make: () => fd.timerfd({ delayMs: 0 }), act: (self: ReturnType<typeof fd.timerfd>) => self.set({ delayMs: 1e9 }), syscall: 'timerfd_settime', fd: own },
    { name: 'pidfd()', call: 'pidfd_open', errors: { ...full, ...throws('ESRCH', 'EPERM'), ENOSYS: { code: 'ERR_NOT_SUPPORTED' } }, make: nothing, act: () => fd.pidfd(process.pid), syscall: 'pidfd_open' },
    { name: 'PidFd#read()', call: 'waitid', errors: { ...throws('EINVAL', 'EINTR'), ECHILD: value(null) }, make: () => fd.pidfd(process.pid), act: (self: ReturnType<typeof fd.pidfd>) => self.read(), syscall: 'waitid', fd: own },
    { name: 'signals()', call: 'eventfd', errors: full, make: nothing, act: () => fd.signals(['SIGUSR2']), syscall: 'eventfd' },
    { name: 'signals(), handler', call: 'sigaction', times: -1, errors: throws('EINVAL'), make: nothing, act: () => fd.signals(['SIGUSR2']), syscall: 'sigaction' },
    { name: 'Waker#share()', call: 'fcntl', operation: F_DUPFD_CLOEXEC, errors: full, make: () => new io.Waker(new io.SelectSelector().waker.share()), act: (self: InstanceType<typeof io.Waker>) => self.share(), syscall: 'dup', fd: own },
    { name: 'Waker#wake()', call: 'write', errors: { ...throws('EINTR', 'EIO') }, make: () => new io.Waker(new io.SelectSelector().waker.share()), act: (self: InstanceType<typeof io.Waker>) => self.wake(), syscall: 'write', fd: own },
    { name: 'select()', call: 'select', errors: throws('EINTR', 'ENOMEM'), make: nothing, act: () => io.select([readable], [], []), syscall: 'select' },
    { name: 'select() of a fraction', call: 'pselect', errors: throws('EINTR', 'ENOMEM'), make: nothing, act: () => io.select([readable], [], [], 0.5), syscall: 'select' },
  ];

  const poll = () => {
    const made = new io.Poll();
    made.register(readable, io.POLLIN);
    return made;
  };
  type P = InstanceType<typeof io.Poll>;
  rows.push(
    { name: 'Poll#wait()', needs: 'poll', call: 'poll', errors: throws('EINTR', 'ENOMEM', 'EINVAL'), make: poll, act: (self: P) => self.wait(), syscall: 'poll' },
    { name: 'Poll#wait() of a fraction', needs: 'poll', call: 'ppoll', errors: throws('EINTR', 'ENOMEM'), make: poll, act: (self: P) => self.wait(0.5), syscall: 'poll' },
  );

  const epoll = () => {
    const made = new io.Epoll();
    made.register(readable, io.EPOLLIN);
    return made;
  };
  type E = InstanceType<typeof io.Epoll>;
  const ready = value([{ fd: readable, events: io.EPOLLIN }]);
  const ofEpoll = (name: string, row: Omit<FaultRow, 'name' | 'needs' | 'make' | 'syscall'>): FaultRow => ({
    name,
    needs: 'epoll',
    make: epoll,
    syscall: row.call === 'epoll_pwait2' ? 'epoll_wait' : row.call,
    ...row,
  });
  const watched = () => readable;
  rows.push(
    { name: 'new Epoll()', needs: 'epoll', call: 'epoll_create1', errors: full, make: nothing, act: () => new io.Epoll(), syscall: 'epoll_create1' },
    { name: 'new EpollSelector()', needs: 'epoll', call: 'epoll_create1', errors: full, make: nothing, act: () => new io.EpollSelector(), syscall: 'epoll_create1' },
    { name: 'Epoll.fromFd()', needs: 'epoll', call: 'epoll_create1', errors: full, make: () => ({ number: fd.dup(new io.Epoll().fd) }), act: ({ number }: { number: number }) => io.Epoll.fromFd(number), syscall: 'epoll_create1' },
    ofEpoll('Epoll#register()', { call: 'epoll_ctl', operation: io.EPOLL_CTL_ADD, errors: throws('ENOMEM', 'ENOSPC', 'EPERM'), act: (self: E) => self.register(empty, io.EPOLLIN), fd: () => empty }),
    ofEpoll('Epoll#modify()', { call: 'epoll_ctl', operation: io.EPOLL_CTL_MOD, errors: throws('ENOMEM', 'EINVAL'), act: (self: E) => self.modify(readable, io.EPOLLOUT), fd: watched }),
    ofEpoll('Epoll#unregister()', { call: 'epoll_ctl', operation: io.EPOLL_CTL_DEL, errors: throws('ENOMEM', 'ENOENT'), act: (self: E) => self.unregister(readable), fd: watched }),
    ofEpoll('Epoll#wait()', { call: 'epoll_wait', errors: throws('EINTR', 'ENOMEM'), act: (self: E) => self.wait(), fd: own }),
    ofEpoll('Epoll#waitInto()', { call: 'epoll_wait', errors: throws('EINTR', 'ENOMEM'), act: (self: E) => self.waitInto(new io.EpollEventList(4)), fd: own }),
    ofEpoll('Epoll#wait() of a fraction', { call: 'epoll_pwait2', errors: { ...throws('EINTR', 'ENOMEM'), ENOSYS: ready, EPERM: ready }, act: (self: E) => self.wait(0.5), fd: own }),
  );
  return rows;
}
