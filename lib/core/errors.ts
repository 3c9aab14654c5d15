import { getSystemErrorMap, inspect } from 'node:util';

/** The error of a system call, in the shape of Node's own. */
export interface SystemError extends Error {
  /** The name of the error, such as `'EBADF'`. */
  code: string;
  /** The number of the error, negative as Node has it: -9. */
  errno: number;
  /** The system call that failed, such as `'epoll_ctl'`. */
  syscall: string;
  /** The descriptor, where the error is about one. */
  fd?: number;
  /** The address, where the error is about one; for AF_UNIX the path. */
  address?: string;
  /** The port of that address; absent for AF_UNIX. */
  port?: number;
}

/**
 * @param result what the call returned: `-errno`
 * @param hint a sentence that tells the reader the way out
 */
export function systemError(result: number, syscall: string, fd?: number, hint?: string): SystemError {
  const error = kernelError(result, syscall, hint === undefined ? '' : `: ${hint}`);
  return fd === undefined ? error : Object.assign(error, { fd });
}

/** @param place the address as text */
export function addressError(
  result: number,
  syscall: string,
  place: string,
  properties: { fd: number; address: string; port?: number },
): SystemError {
  return Object.assign(kernelError(result, syscall, place && ` ${place}`), properties);
}

function kernelError(result: number, syscall: string, ending: string): SystemError {
  const [code, text] = getSystemErrorMap().get(result) ?? [`errno ${-result}`, 'unknown error'];
  return Object.assign(new Error(`${code}: ${text}, ${syscall}${ending}`), { errno: result, code, syscall });
}

function coded<E extends Error>(error: E, code: string): E & { code: string } {
  return Object.assign(error, { code });
}

export function invalidType(name: string, expected: string, value: unknown): TypeError {
  const received = value === null || value === undefined ? String(value) : `${typeof value} (${brief(value)})`;
  return coded(new TypeError(`"${name}" must be ${expected}. Received ${received}`), 'ERR_INVALID_ARG_TYPE');
}

/** For objects of Node's, which get a descriptor when they connect, listen or open, and lose it when they close. */
export function withoutDescriptor(name: string, object: object, when: 'yet' | 'any more'): TypeError {
  const message = `"${name}" must be a descriptor or an object that has one: ${short(object)} has no descriptor ${when}`;
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

/** For objects of Node's on Windows, where their sockets and pipes have no number. */
export function withoutNumber(name: string, object: object): TypeError {
  const message =
    `"${name}" must be a descriptor or an object that has one: Node's own sockets, as in ${short(object)}, have no ` +
    'number on Windows: use Socket from io-selectors/socket';
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

export function unknownOption(name: string, names: readonly string[], unknown: string): TypeError {
  const message = `"${name}" has no option ${brief(unknown)}: it takes ${names.join(', ')}`;
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

export function outOfRange(name: string, expected: string, value: unknown): RangeError {
  return coded(new RangeError(`"${name}" must be ${expected}. Received ${brief(value)}`), 'ERR_OUT_OF_RANGE');
}

/** For an index i into a list of that length. */
export function noSuchIndex(i: unknown, length: number, elements: string): Error {
  if (typeof i !== 'number') return invalidType('i', 'a number', i);
  return outOfRange('i', `a whole number below ${length}, the number of ${elements}`, i);
}

export function fdSetSizeExceeded(fd: number, size: number): RangeError {
  const message =
    `descriptor ${fd} does not fit into a set of ${size} descriptors: ` +
    `use poll or epoll, or a larger set: { fdSetSize: ${fd + 1} }`;
  return coded(new RangeError(message), 'ERR_FD_SETSIZE');
}

/** @param lostBy the registered object, if it was closed and no longer has this descriptor */
export function alreadyRegistered(fd: number, lostBy?: unknown): Error {
  const why =
    lostBy === undefined
      ? '. If it has since been closed and its number reused'
      : `, by ${short(lostBy)}, which was closed without unregister()`;
  const message = `descriptor ${fd} is already registered${why}: call unregister(${fd}) first`;
  return coded(new Error(message), 'ERR_ALREADY_REGISTERED');
}

export function notRegistered(what: unknown): Error {
  return coded(new Error(`${brief(what)} is not registered`), 'ERR_NOT_REGISTERED');
}

export function closed(what: string): Error {
  return coded(new Error(`${what} is closed`), 'ERR_CLOSED');
}

export function busy(message: string): Error {
  return coded(new Error(message), 'ERR_BUSY');
}

export function notSupported(message: string): Error {
  return coded(new Error(message), 'ERR_NOT_SUPPORTED');
}

/** The class of a value, as `[Socket]`. */
function short(value: unknown): string {
  return inspect(value, { depth: -1 });
}

/** Shows a value in few characters. Never throws, and avoids running code of the value. */
function brief(value: unknown): string {
  try {
    const text = inspect(value, { depth: 0, breakLength: Infinity, customInspect: false });
    return text.length > 60 ? `${text.slice(0, 57)}...` : text;
  } catch {
    return `a value of type ${typeof value}`;
  }
}
