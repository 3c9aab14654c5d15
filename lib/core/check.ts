import { types } from 'node:util';
import { invalidType, outOfRange, unknownOption } from './errors.js';
import { property } from './property.js';

/** The largest number that C's int holds. */
export const INT_MAX = 2 ** 31 - 1;

/** The smallest. */
export const INT_MIN = -INT_MAX - 1;

/** A whole number from min to max. */
export function checkInteger(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== 'number') throw invalidType(name, 'a number', value);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw outOfRange(name, `a whole number from ${min} to ${max}`, value);
  }
  return value;
}

export function checkFd(value: unknown, name = 'fd'): number {
  // Bit operations turn -0 into 0.
  return checkInteger(value, name, 0, INT_MAX) | 0;
}

/**
 * A mask of 32 bits, unsigned. JavaScript's bit operators are signed, so `EPOLLIN | EPOLLET` arrives
 * here as a negative number.
 */
export function checkMask(value: unknown, name: string, max = 2 ** 32 - 1): number {
  if (typeof value !== 'number') throw invalidType(name, 'a number', value);
  const mask = value >>> 0;
  if ((value !== mask && value !== (value | 0)) || mask > max) {
    throw outOfRange(name, `a mask of bits up to 0x${max.toString(16)}`, value);
  }
  return mask;
}

/** Bits of an int that the kernel judges. */
export function checkFlags(flags: unknown): number {
  return checkInteger(flags, 'flags', INT_MIN, INT_MAX);
}

export function checkBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'a boolean', value);
  return value;
}

const NO_OPTIONS = Object.freeze(Object.create(null));

/**
 * The options bag of a call: the properties with these names, each read once. Others are refused, as a misspelt
 * option would be ignored.
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
  // Each is set, to undefined too, so that none is looked up on Object.prototype.
  for (const key of names) Reflect.set(result, key, property(options, key));
  return result;
}

/** What an iterable yields; it is asked for its iterator once. */
export function readIterable<T>(source: Iterable<T>, name: string, expected: string): Iterable<T> {
  const iterate = typeof source === 'object' && source !== null ? source[Symbol.iterator] : undefined;
  if (typeof iterate !== 'function') throw invalidType(name, expected, source);
  return { [Symbol.iterator]: () => Reflect.apply(iterate, source, []) };
}

export function checkFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw invalidType(name, 'a function', value);
}

/** Bytes to be written: text is encoded as UTF-8. */
export function checkData(value: unknown, name: string): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : checkBuffer(value, name, 'a string or a Uint8Array');
}

/** A Uint8Array of any realm, of a subclass as well: nothing that such a class may have replaced is asked. */
export function checkBuffer(value: unknown, name: string, expected = 'a Uint8Array'): Uint8Array {
  if (!types.isUint8Array(value)) throw invalidType(name, expected, value);
  if (lengthOf(value) === 0 && hasLostMemory(value)) throw invalidType(name, `${expected} that has its memory`, value);
  return value;
}

const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
const realLength: (this: Uint8Array) => number = getterOf('length');
const realBuffer: (this: Uint8Array) => unknown = getterOf('buffer');
const at: (this: Uint8Array, i: number) => number | undefined = Reflect.get(Uint8Array.prototype, 'at');

/** Whether another thread can change their length, or number, meanwhile. */
export function isShared(bytes: Uint8Array): boolean {
  return types.isSharedArrayBuffer(Reflect.apply(realBuffer, bytes, []));
}

/** How many bytes there are, whatever a subclass says. */
export function lengthOf(bytes: Uint8Array): number {
  return Reflect.apply(realLength, bytes, []);
}

/** Whether it was detached, or has shrunk to where the bytes are not. */
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
