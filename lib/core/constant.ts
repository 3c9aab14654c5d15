import { native } from './binding.js';

const { constants } = native;

/** A constant of this system's headers; 0, which asks for nothing and matches nothing, where they lack it. */
export function constant(name: string): number {
  return constants[name] ?? 0;
}
