import type { EventEmitter } from 'node:events';
import { checkFd } from './check.js';
import { invalidType, withoutDescriptor } from './errors.js';
import { property } from './property.js';

/** `net.Socket`, `net.Server`, `dgram.Socket`, `child.stdout`, `tty.ReadStream`, ...: the descriptor is in its handle. */
export type NodeHandleOwner = EventEmitter;

/** Whatever stands for a descriptor: its number, or an object that has one. */
export type FileObject = number | { readonly fd: number } | { fileno(): number } | NodeHandleOwner;

/**
 * The descriptor that a file object stands for. Runs the object's own code (a getter, `fileno()`), whose
 * exceptions pass through.
 *
 * @throws TypeError ERR_INVALID_ARG_TYPE if it has none, RangeError ERR_OUT_OF_RANGE if that is not a
 *   whole number from 0 to 2^31-1
 */
export function toFd(fileObject: unknown): number {
  if (typeof fileObject === 'number') return checkFd(fileObject);
  if (typeof fileObject !== 'object' || fileObject === null) throw noDescriptor(fileObject);
  const fd = property(fileObject, 'fd');
  if (fd !== undefined && fd !== null) return checkFd(fd);
  const fileno = property(fileObject, 'fileno');
  if (typeof fileno === 'function') return checkFd(Reflect.apply(fileno, fileObject, []), 'fileno()');
  const state = datagramState(fileObject);
  const handle = state === undefined ? property(fileObject, '_handle') : property(state, 'handle');
  const handleFd = property(handle, 'fd');
  // Negative before it is bound or connected.
  if (typeof handleFd === 'number' && handleFd >= 0) return checkFd(handleFd);
  if (fd === undefined && handle === undefined) throw noDescriptor(fileObject);
  const gone = property(fileObject, 'destroyed') === true || (state !== undefined && handle === null);
  throw withoutDescriptor('fileObject', fileObject, gone ? 'any more' : 'yet');
}

/** Whether the object no longer stands for fd, as it was closed. */
export function hasLost(fileObject: FileObject, fd: number): boolean {
  try {
    return toFd(fileObject) !== fd;
  } catch {
    return true;
  }
}

/** Where a dgram.Socket has its handle: it warns of the name that the others have for it. */
function datagramState(object: object): unknown {
  const symbol = Object.getOwnPropertySymbols(object).find(({ description }) => description === 'state symbol');
  return symbol === undefined ? undefined : Reflect.get(object, symbol);
}

function noDescriptor(value: unknown): TypeError {
  return invalidType('fileObject', 'a descriptor or an object that has one', value);
}
