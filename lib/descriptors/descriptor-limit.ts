import { native } from '../core/binding.js';
import { checkInteger } from '../core/check.js';
import { invalidType } from '../core/errors.js';
import { check } from '../core/result.js';
import { supported } from '../core/supported.js';

const NO_LIMIT = 'Windows has no limit of descriptors: none is needed';

/**
 * How many descriptors the process may have: getrlimit(2), RLIMIT_NOFILE. Infinity if there is no limit.
 * @throws Error ERR_NOT_SUPPORTED on Windows
 */
export function getDescriptorLimit(): { soft: number; hard: number } {
  const call = supported(native.getDescriptorLimit, NO_LIMIT);
  const limits = new Float64Array(2);
  check(call(limits));
  return { soft: limits[0], hard: limits[1] };
}

/**
 * setrlimit(2), RLIMIT_NOFILE: sets the soft limit, which Node raises to the hard one when it starts. Open
 * descriptors past it stay usable.
 * @param soft 0 to the hard limit, or Infinity
 * @throws SystemError EINVAL above the hard limit
 * @throws Error ERR_NOT_SUPPORTED on Windows
 */
export function setDescriptorLimit(soft: number): void {
  if (typeof soft !== 'number') throw invalidType('soft', 'a number', soft);
  if (soft !== Infinity) checkInteger(soft, 'soft', 0, Number.MAX_SAFE_INTEGER);
  check(supported(native.setDescriptorLimit, NO_LIMIT)(soft));
}
