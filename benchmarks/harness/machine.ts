import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { getDescriptorLimit } from 'io-selectors/fd';
import { compiler } from './peers.js';

/** The first line of a command's output; undefined if it cannot be run. */
function firstLine(command: string, ...args: string[]): string | undefined {
  try {
    const text = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text.split('\n')[0];
  } catch {
    return undefined;
  }
}

function distribution(): string | undefined {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** What a reader has to know about the machine, in the order in which it is shown. Unknown facts are left out. */
export function machine(): Record<string, string> {
  const facts: Record<string, string | undefined> = {
    CPU: `${cpus().length} x ${[...new Set(cpus().map(({ model }) => model.trim()))].join(', ')}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `${type()} ${release()}`,
    system: distribution(),
    libc: firstLine('getconf', 'GNU_LIBC_VERSION'),
    Node: `${process.version}, V8 ${process.versions.v8}, libuv ${process.versions.uv}`,
    Python: firstLine('python3', '--version')?.replace('Python ', ''),
    'C compiler': firstLine(compiler, '--version'),
    'descriptor limit': String(getDescriptorLimit().hard),
  };
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== undefined),
  );
}

/** The measured commit; empty outside a repository. */
export function commit(): string {
  const hash = firstLine('git', 'rev-parse', '--short', 'HEAD');
  if (hash === undefined) return '';
  return firstLine('git', 'status', '--porcelain', '--untracked-files=no') === '' ? hash : `${hash} with local changes`;
}
