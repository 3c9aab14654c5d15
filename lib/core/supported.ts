import { notSupported } from './errors.js';

/**
 * A function of the addon that not every system has.
 *
 * @param message what is missing, and what to use instead
 * @throws Error ERR_NOT_SUPPORTED where it is missing
 */
export function supported<T>(call: T | undefined, message: string): T {
  if (call === undefined) throw notSupported(message);
  return call;
}
