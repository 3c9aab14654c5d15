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
