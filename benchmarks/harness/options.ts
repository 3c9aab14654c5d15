import { parseArgs } from 'node:util';
import type { Selection } from './plan.js';

export interface Options extends Selection {
  readonly workloads: string[];
  readonly json: string | undefined;
  readonly check: boolean;
  /** The factor by which a target may be missed. */
  readonly tolerance: number;
  readonly syscalls: boolean;
  /** A file of results to write the report of. */
  readonly report: string | undefined;
  readonly help: boolean;
}

/** Says what is wrong with the command line. */
export class UsageError extends Error {}

const HELP = `Usage: npm run bench -- [OPTION...]
Compares this package with the same programs in C, in Python, on libuv, on Node's net module and on the npm
package epoll. Without options it measures everything in about 15 minutes, measures missed targets again, and
updates benchmarks/results and the table in README.md.

  --quick              fewer sizes and shorter runs: about 90 seconds, prints tables only
  --workload NAME,...  only these workloads
  --peer NAME,...      only these peers: a name from the tables, or the part before its / . or :
  --sizes N,...        other sizes
  --json FILE          write the results to FILE
  --check              report on each target, measuring missed ones again; exit with status 1 if any is missed
  --tolerance FACTOR   for --check: accept ratios that miss their target by up to this factor (default 1)
  --syscalls           count system calls with strace instead of measuring time, and compare them with C
  --report FILE        measure nothing: write the report of the results in FILE
  --help

Workloads:
`;

export function helpText(workloads: [name: string, about: string][]): string {
  return HELP + workloads.map(([name, about]) => `  ${name.padEnd(9)} ${about}`).join('\n');
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
  return list(text)?.map((size) => numberFrom(size, '--sizes', isSize, 'a positive integer'));
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
    report: values.report,
    tolerance: numberFrom(values.tolerance ?? '1', '--tolerance', isFactor, 'a factor of at least 1'),
  };
}

function parse(args: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const value = { type: 'string' } as const;
  const selection = { quick: flag, workload: value, peer: value, sizes: value };
  const check = { check: flag, tolerance: value };
  const options = { ...selection, ...check, json: value, syscalls: flag, report: value, help: flag };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('. ')[0] : String(error));
  }
}
