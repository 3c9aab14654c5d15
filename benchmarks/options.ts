import { parseArgs } from 'node:util';
import type { Selection } from './plan.js';

export interface Options extends Selection {
  readonly workloads: string[];
  readonly json: string | undefined;
  readonly check: boolean;
  /** By how much a target may be missed, as a factor. */
  readonly tolerance: number;
  readonly syscalls: boolean;
  readonly help: boolean;
}

/** Says what was wrong with the command line. */
export class UsageError extends Error {}

const HELP = `Usage: npm run bench -- [OPTION...]
Compares this package with the same programs in C, in Python, on libuv, on Node's net and on npm's epoll.
Without options it measures everything, in about 13 minutes, and renews benchmarks/results.

  --quick              shorter and fewer: under 90 seconds, tables only
  --workload NAME,...  some of the workloads
  --peer NAME,...      some of the peers: a name in the tables, or what comes before its / . or :
  --sizes N,...        other numbers of descriptors
  --json FILE          write what was measured to FILE
  --check              exit with status 1 if a ratio falls short of its target
  --tolerance FACTOR   for --check: by how much it may; default 1
  --syscalls           count the system calls of peers with strace instead of the time, and compare them
  --help

Workloads:
`;

export function helpText(abouts: [name: string, about: string][]): string {
  return HELP + abouts.map(([name, about]) => `  ${name.padEnd(9)} ${about}`).join('\n');
}

function list(text: string | undefined): string[] | undefined {
  return text?.split(',').map((name) => name.trim());
}

function numberFrom(text: string, option: string, isValid: (value: number) => boolean, what: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!isValid(value)) throw new UsageError(`${option} ${text}: not ${what}`);
  return value;
}

function sizesFrom(text: string | undefined): number[] | undefined {
  const isSize = (value: number) => Number.isSafeInteger(value) && value > 0;
  return list(text)?.map((size) => numberFrom(size, '--sizes', isSize, 'a number of descriptors from 1 on'));
}

/** @throws UsageError */
export function parseOptions(args: string[], workloads: string[]): Options {
  const values = parse(args);
  const chosen = list(values.workload) ?? workloads;
  const unknown = chosen.find((name) => !workloads.includes(name));
  if (unknown !== undefined) throw new UsageError(`unknown workload '${unknown}', not one of ${workloads.join(', ')}`);
  const isFactor = (factor: number) => factor >= 1 && factor < Infinity;
  return {
    ...values,
    workloads: workloads.filter((name) => chosen.includes(name)),
    peers: list(values.peer),
    sizes: sizesFrom(values.sizes),
    json: values.json,
    tolerance: numberFrom(values.tolerance ?? '1', '--tolerance', isFactor, 'a factor from 1 on'),
  };
}

function parse(args: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const value = { type: 'string' } as const;
  const choices = { workload: value, peer: value, sizes: value };
  const options = { quick: flag, ...choices, json: value, check: flag, tolerance: value, syscalls: flag, help: flag };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('. ')[0] : String(error));
  }
}
