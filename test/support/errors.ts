import { getSystemErrorMap } from 'node:util';
import { expect } from 'vitest';

/** Returns what a call throws, and fails if it throws nothing. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The number that Node's own errors have for a code: on Windows not the system's. */
export function errnoOf(code: string): number | undefined {
  return [...getSystemErrorMap()].find(([, [name]]) => name === code)?.[0];
}

/** Expects an error with this code and, for a system call, its name and descriptor. */
export function expectError(
  call: () => unknown,
  code: string,
  more: { syscall?: string; fd?: number; type?: ErrorConstructor } = {},
): void {
  const { type = Error, ...properties } = more;
  const error = thrownBy(call);
  expect(error).toBeInstanceOf(type);
  expect(error).toMatchObject({ code, ...properties });
}
