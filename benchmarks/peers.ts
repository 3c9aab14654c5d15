import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('peers/', import.meta.url));
const sources = fileURLToPath(new URL('../../benchmarks/peers/', import.meta.url));
const compiler = process.env.CC ?? 'cc';

/** Whether the peers in C can be compiled. */
export function hasCompiler(): boolean {
  try {
    execFileSync(compiler, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Compiles peers/NAME.c, and returns the program. */
export function compile(name: string): string {
  const program = `${built}${name}`;
  execFileSync(compiler, ['-O2', '-Wall', '-pthread', '-o', program, `${sources}${name}.c`], { stdio: 'inherit' });
  return program;
}

/** The command of peers/NAME.ts. */
export function script(name: string): string[] {
  return [process.execPath, `${built}${name}.js`];
}
