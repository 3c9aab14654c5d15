import { constants } from 'node:os';

const { errno } = constants;

/** This system's error numbers, negated, as the addon returns them. */
export const EADDRINUSE = -errno.EADDRINUSE;
export const EAGAIN = -errno.EAGAIN;
export const EALREADY = -errno.EALREADY;
export const EBADF = -errno.EBADF;
export const ECHILD = -errno.ECHILD;
export const ECONNRESET = -errno.ECONNRESET;
export const EEXIST = -errno.EEXIST;
export const EINPROGRESS = -errno.EINPROGRESS;
export const EINTR = -errno.EINTR;
export const EINVAL = -errno.EINVAL;
export const EMFILE = -errno.EMFILE;
export const ELOOP = -errno.ELOOP;
export const ENOENT = -errno.ENOENT;
export const ENOSYS = -errno.ENOSYS;
export const EPERM = -errno.EPERM;
export const EPIPE = -errno.EPIPE;
export const EWOULDBLOCK = -errno.EWOULDBLOCK;
