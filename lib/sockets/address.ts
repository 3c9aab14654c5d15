import { isIP } from 'node:net';
import { native } from '../core/binding.js';
import { checkInteger } from '../core/check.js';
import { addressError, invalidType, outOfRange, type SystemError } from '../core/errors.js';
import { property } from '../core/property.js';
import { AF_INET6, AF_UNIX } from './constants.js';

/**
 * The address of a socket. IPv4 or IPv6: numeric, as names are not looked up. AF_UNIX: a path. A path that starts
 * with `'\0'` is a name in the abstract namespace (Linux). The empty path stands for no name, or with `bind` for
 * any free abstract one.
 */
export type Address = { address: string; port: number; family?: 'IPv4' | 'IPv6' } | { path: string };

/** A struct sockaddr_storage and its length. Only the addon looks inside. */
export type NativeAddress = Uint8Array;

export function createNativeAddress(): NativeAddress {
  return new Uint8Array(native.addressSize);
}

/**
 * @throws TypeError ERR_INVALID_ARG_TYPE
 * @throws RangeError ERR_OUT_OF_RANGE for a name instead of a number, a port past 65535, a path too long
 */
export function toNativeAddress(address: Address): NativeAddress {
  if (typeof address !== 'object' || address === null) throw invalidType('address', 'an object', address);
  const path = property(address, 'path');
  return path === undefined ? encodeInternet(address) : encodePath(path);
}

export function fromNativeAddress(address: NativeAddress): Address {
  const [family, text, port] = native.decodeAddress(address);
  if (family === AF_UNIX) return { path: text };
  return { address: text, port, family: family === AF_INET6 ? 'IPv6' : 'IPv4' };
}

/** An address as text, such as `127.0.0.1:80`; '' for a socket without one. */
export function describeAddress(address: NativeAddress): string {
  const [family, text, port] = native.decodeAddress(address);
  // As /proc/net/unix shows the NUL bytes of an abstract name.
  if (family === AF_UNIX) return text.replaceAll('\0', '@');
  return port === 0 ? '' : `${text}:${port}`;
}

/**
 * The error of a call about this address, with the properties that Node's own errors have. By default the call that
 * failed last.
 */
export function errorAt(address: NativeAddress, result: number, fd: number, syscall = native.failedCall()): SystemError {
  const [family, text, port] = native.decodeAddress(address);
  const place = describeAddress(address) || text;
  return addressError(result, syscall, place, family === AF_UNIX ? { fd, address: text } : { fd, address: text, port });
}

function encodePath(path: unknown): NativeAddress {
  if (typeof path !== 'string') throw invalidType('address.path', 'a string', path);
  if (path.indexOf('\0', 1) > 0 && path[0] !== '\0') {
    throw outOfRange('address.path', 'without a NUL character, except as the first', path);
  }
  const result = createNativeAddress();
  if (native.encodeUnix(result, Buffer.from(path)) < 0) throw outOfRange('address.path', 'shorter than 108 bytes', path);
  return result;
}

function encodeInternet(address: object): NativeAddress {
  const text = property(address, 'address');
  if (typeof text !== 'string') throw invalidType('address.address', 'a string', text);
  const port = checkInteger(property(address, 'port'), 'address.port', 0, 65535);
  const family = property(address, 'family');
  if (family !== undefined && typeof family !== 'string') {
    throw invalidType('address.family', "'IPv4' or 'IPv6'", family);
  }
  if (family !== undefined && family !== 'IPv4' && family !== 'IPv6') {
    throw outOfRange('address.family', "'IPv4' or 'IPv6'", family);
  }
  const result = createNativeAddress();
  const version = isIP(text);
  const fits = version === 4 ? family !== 'IPv6' : version === 6 && family !== 'IPv4';
  if (!fits || native.encodeInet(result, text, port) < 0) {
    const kind = family ?? 'IPv4 or IPv6';
    throw outOfRange('address.address', `a numeric ${kind} address, as names are not looked up`, text);
  }
  return result;
}
