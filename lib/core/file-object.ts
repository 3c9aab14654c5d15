import { native } from './binding.js';
import { checkFd } from './check.js';
import { invalidType, withoutDescriptor, withoutNumber } from './errors.js';
import { property } from './property.js';

/**
 * `net.Socket`, `net.Server`, `dgram.Socket`, `child.stdout`, `tty.ReadStream` and others, whose handle has the
 * descriptor.
 */
export interface NodeHandleOwner {
  on(event: string, listener: (...args: never[]) => void): unknown;
}

/** Whatever stands for a descriptor: its number, or an object that has one. */
export type FileObject = number | { readonly fd: number } | { fileno(): number } | NodeHandleOwner;

/**
 * The descriptor of a file object. Runs the object's own code (a getter, `fileno()`) and lets its exceptions
 * through.
 *
 * @throws TypeError ERR_INVALID_ARG_TYPE if it has none
 * @throws RangeError ERR_OUT_OF_RANGE if that is not a whole number from 0 to 2^31-1
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
  if (handle !== undefined && native.onlySockets) throw withoutNumber('fileObject', fileObject);
  const handleFd = property(handle, 'fd');
  // -1 before a socket is bound or connected.
  if (typeof handleFd === 'number' && handleFd >= 0) return checkFd(handleFd);
  if (fd === undefined && handle === undefined) throw noDescriptor(fileObject);
  const gone = property(fileObject, 'destroyed') === true || (state !== undefined && handle === null);
  throw withoutDescriptor('fileObject', fileObject, gone ? 'any more' : 'yet');
}

/** Whether the object no longer has this descriptor because it was closed. */
export function hasLost(fileObject: FileObject, fd: number): boolean {
  try {
    return toFd(fileObject) !== fd;
  } catch {
    return true;
  }
}

/** The internal state of a dgram.Socket, which has the handle: its `_handle` prints a deprecation warning. */
function datagramState(object: object): unknown {
  const symbol = Object.getOwnPropertySymbols(object).find(({ description }) => description === 'state symbol');
  return symbol === undefined ? undefined : Reflect.get(object, symbol);
}

function noDescriptor(value: unknown): TypeError {
  return invalidType('fileObject', 'a descriptor or an object that has one', value);
}
