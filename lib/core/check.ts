import { types } from 'node:util';
import { invalidType, outOfRange, unknownOption } from './errors.js';
import { property } from './property.js';

/** The largest value of C's int. */
export const INT_MAX = 2 ** 31 - 1;

/** The smallest value of C's int. */
export const INT_MIN = -INT_MAX - 1;

/** Checks for a whole number from min to max. */
export function checkInteger(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== 'number') throw invalidType(name, 'a number', value);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw outOfRange(name, `a whole number from ${min} to ${max}`, value);
  }
  return value;
}

export function checkFd(value: unknown, name = 'fd'): number {
  // A bit operation turns -0 into 0.
  return checkInteger(value, name, 0, INT_MAX) | 0;
}

/**
 * Checks a mask and returns it as an unsigned 32-bit number. JavaScript's bit operators are signed, so `EPOLLIN |
 * EPOLLET` arrives here as a negative number.
 */
export function checkMask(value: unknown, name: string, max = 2 ** 32 - 1): number {
  if (typeof value !== 'number') throw invalidType(name, 'a number', value);
  const mask = value >>> 0;
  if ((value !== mask && value !== (value | 0)) || mask > max) {
    throw outOfRange(name, `a mask of bits up to 0x${max.toString(16)}`, value);
  }
  return mask;
}

/** Flags of a system call, which the kernel judges: any value of C's int. */
export function checkFlags(flags: unknown): number {
  return checkInteger(flags, 'flags', INT_MIN, INT_MAX);
}

export function checkBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'a boolean', value);
  return value;
}

const NO_OPTIONS = Object.freeze(Object.create(null));

/**
 * Reads the named properties of an options object, each once. A misspelt option would be ignored, so unknown names
 * are refused.
 */
export function readOptions<T extends object>(
  options: T | undefined,
  names: readonly (keyof T & string)[],
  name = 'options',
): Partial<T> {
  if (options === undefined) return NO_OPTIONS;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidType(name, 'an object', options);
  }
  const unknown = Object.keys(options).find((key) => !names.some((known) => known === key));
  if (unknown !== undefined) throw unknownOption(name, names, unknown);
  const result: Partial<T> = {};
  // Set even if undefined, so that a later look-up does not reach Object.prototype.
  for (const key of names) Reflect.set(result, key, property(options, key));
  return result;
}

/** The values of an iterable, whose Symbol.iterator is read once. */
export function readIterable<T>(source: Iterable<T>, name: string, expected: string): Iterable<T> {
  const iterate = typeof source === 'object' && source !== null ? source[Symbol.iterator] : undefined;
  if (typeof iterate !== 'function') throw invalidType(name, expected, source);
  return { [Symbol.iterator]: () => Reflect.apply(iterate, source, []) };
}

export function checkFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw invalidType(name, 'a function', value);
}

/** Bytes to write: text is encoded as UTF-8. */
export function checkData(value: unknown, name: string): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : checkBuffer(value, name, 'a string or a Uint8Array');
}

/** Accepts a Uint8Array of any realm and any subclass, without running code of that class. */
export function checkBuffer(value: unknown, name: string, expected = 'a Uint8Array'): Uint8Array {
  if (!types.isUint8Array(value)) throw invalidType(name, expected, value);
  if (lengthOf(value) === 0 && hasLostMemory(value)) throw invalidType(name, `${expected} that has its memory`, value);
  return value;
}

const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
const realLength: (this: Uint8Array) => number = getterOf('length');
const realBuffer: (this: Uint8Array) => unknown = getterOf('buffer');
const at: (this: Uint8Array, i: number) => number | undefined = Reflect.get(Uint8Array.prototype, 'at');

/** Whether the memory is shared, so that another thread can change its contents or length during a call. */
export function isShared(bytes: Uint8Array): boolean {
  return types.isSharedArrayBuffer(Reflect.apply(realBuffer, bytes, []));
}

/** The length in bytes, whatever a subclass says. */
export function lengthOf(bytes: Uint8Array): number {
  return Reflect.apply(realLength, bytes, []);
}

/** Whether the view was detached, or lies outside its buffer after that has shrunk. */
function hasLostMemory(bytes: Uint8Array): boolean {
  try {
    return Reflect.apply(at, bytes, [0]) !== undefined;
  } catch {
    return true;
  }
}

function getterOf(name: string) {
  return Reflect.get(Object(Object.getOwnPropertyDescriptor(typedArray, name)), 'get');
}
