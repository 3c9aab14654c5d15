import { constant } from '../core/constant.js';

/** Readable: input, end of stream, a pending connection; also an error or hang-up. */
export const EVENT_READ = 1;
/** Writable; also an error or, except with select, a hang-up. */
export const EVENT_WRITE = 2;
/** Exceptional: POLLPRI, or select(2)'s exceptfds: TCP out-of-band data, a pseudo-terminal in packet mode, sysfs. */
export const EVENT_PRIORITY = 4;

/**
 * How many descriptors C's fd_set holds: 1024 with glibc, 64 on Windows. select(2) itself takes larger sets: `fdSetSize`,
 * which Windows does not need.
 */
export const FD_SETSIZE = constant('FD_SETSIZE');

/** There is data to read, or the end of a stream. poll(2) */
export const POLLIN = constant('POLLIN');
/** There is an exceptional condition. poll(2) */
export const POLLPRI = constant('POLLPRI');
/** Writing does not block. poll(2) */
export const POLLOUT = constant('POLLOUT');
/** Result only: an error, or a pipe whose reader is gone. poll(2) */
export const POLLERR = constant('POLLERR');
/** Result only: hang-up. poll(2) */
export const POLLHUP = constant('POLLHUP');
/** Result only: the descriptor is not open. poll(2) */
export const POLLNVAL = constant('POLLNVAL');
/** The peer closed its end, or shut down writing (Linux). poll(2) */
export const POLLRDHUP = constant('POLLRDHUP');
/** Same as POLLIN on Linux, reported apart. poll(2) */
export const POLLRDNORM = constant('POLLRDNORM');
/** Priority band data can be read. poll(2) */
export const POLLRDBAND = constant('POLLRDBAND');
/** Same as POLLOUT on Linux, reported apart. poll(2) */
export const POLLWRNORM = constant('POLLWRNORM');
/** Priority band data can be written. poll(2) */
export const POLLWRBAND = constant('POLLWRBAND');
/** Known to Linux but not used. poll(2) */
export const POLLMSG = constant('POLLMSG');

/** There is data to read, or the end of a stream. epoll_ctl(2) */
export const EPOLLIN = constant('EPOLLIN');
/** There is an exceptional condition. epoll_ctl(2) */
export const EPOLLPRI = constant('EPOLLPRI');
/** Writing does not block. epoll_ctl(2) */
export const EPOLLOUT = constant('EPOLLOUT');
/** Always reported, asked for or not: an error, or a pipe whose reader is gone. epoll_ctl(2) */
export const EPOLLERR = constant('EPOLLERR');
/** Always reported, asked for or not: hang-up. epoll_ctl(2) */
export const EPOLLHUP = constant('EPOLLHUP');
/** The peer closed its end, or shut down writing. epoll_ctl(2) */
export const EPOLLRDHUP = constant('EPOLLRDHUP');
/** Same as EPOLLIN, reported apart. epoll_ctl(2) */
export const EPOLLRDNORM = constant('EPOLLRDNORM');
/** Priority band data can be read. epoll_ctl(2) */
export const EPOLLRDBAND = constant('EPOLLRDBAND');
/** Same as EPOLLOUT, reported apart. epoll_ctl(2) */
export const EPOLLWRNORM = constant('EPOLLWRNORM');
/** Priority band data can be written. epoll_ctl(2) */
export const EPOLLWRBAND = constant('EPOLLWRBAND');
/** Known to Linux but not used. epoll_ctl(2) */
export const EPOLLMSG = constant('EPOLLMSG');
/** Edge-triggered: 2147483648, although `EPOLLIN | EPOLLET` is negative in JavaScript; both are accepted. epoll_ctl(2) */
export const EPOLLET = constant('EPOLLET');
/** Disarmed after one event, until EPOLL_CTL_MOD. epoll_ctl(2) */
export const EPOLLONESHOT = constant('EPOLLONESHOT');
/** Of several epolls that watch one file, wake one or more instead of all. Only with EPOLL_CTL_ADD. epoll_ctl(2) */
export const EPOLLEXCLUSIVE = constant('EPOLLEXCLUSIVE');
/** Keep the system from suspending while the event is handled; ignored without CAP_BLOCK_SUSPEND. epoll_ctl(2) */
export const EPOLLWAKEUP = constant('EPOLLWAKEUP');

/** Add a descriptor. epoll_ctl(2) */
export const EPOLL_CTL_ADD = constant('EPOLL_CTL_ADD');
/** Change what is asked of a descriptor. epoll_ctl(2) */
export const EPOLL_CTL_MOD = constant('EPOLL_CTL_MOD');
/** Remove a descriptor. epoll_ctl(2) */
export const EPOLL_CTL_DEL = constant('EPOLL_CTL_DEL');
/** Close the descriptor on execve(2). epoll_create1(2) */
export const EPOLL_CLOEXEC = constant('EPOLL_CLOEXEC');
