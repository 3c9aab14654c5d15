import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

const known = new Map(Array.from(getSystemErrorMap(), ([number, [name]]) => [name, number]));

/** Node has numbers of its own for most errors on Windows. It lacks some errors, here as there. */
function numberOf(name: keyof typeof constants.errno): number {
  return known.get(name) ?? -constants.errno[name];
}

/** The error numbers of Node, negative, as the addon returns them. */
export const EADDRINUSE = numberOf('EADDRINUSE');
export const EAGAIN = numberOf('EAGAIN');
export const EALREADY = numberOf('EALREADY');
export const EBADF = numberOf('EBADF');
export const ECHILD = numberOf('ECHILD');
export const ECONNREFUSED = numberOf('ECONNREFUSED');
export const ECONNRESET = numberOf('ECONNRESET');
export const EEXIST = numberOf('EEXIST');
export const EINPROGRESS = numberOf('EINPROGRESS');
export const EINTR = numberOf('EINTR');
export const EINVAL = numberOf('EINVAL');
export const EMFILE = numberOf('EMFILE');
export const ELOOP = numberOf('ELOOP');
export const ENOENT = numberOf('ENOENT');
export const ENOTSOCK = numberOf('ENOTSOCK');
export const ENOSPC = numberOf('ENOSPC');
export const ENOSYS = numberOf('ENOSYS');
export const EPERM = numberOf('EPERM');
export const EPIPE = numberOf('EPIPE');
export const EWOULDBLOCK = numberOf('EWOULDBLOCK');
