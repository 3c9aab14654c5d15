// npm run bench: each workload compares peers that run in processes of their own and take turns.
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { dispatch } from './dispatch.js';
import { echo } from './echo.js';
import { hasCompiler } from './peers.js';
import { wake } from './wake.js';
import type { Workload } from './workload.js';

const WORKLOADS: Record<string, Workload> = { dispatch, echo, wake };

const HELP = `Usage: npm run bench -- [WORKLOAD...] [--quick] [--check]
${Object.entries(WORKLOADS)
  .map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n')}
Without a workload: all of them.
  --quick  fewer and shorter runs: under 90 seconds for all of them
  --check  exit with status 1 if a ratio falls short of its target, or there is none`;

function usageError(message: string): never {
  console.error(`bench: ${message}; see: npm run bench -- --help`);
  process.exit(2);
}

function parse(): { quick: boolean; check: boolean; help: boolean; names: string[] } {
  const flag = { type: 'boolean', default: false } as const;
  const options = { quick: flag, check: flag, help: flag };
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    return { ...values, names: positionals };
  } catch (error) {
    return usageError(error instanceof Error ? error.message.split('. ')[0] : String(error));
  }
}

const { quick, check, help, names } = parse();
if (help) {
  console.log(HELP);
  process.exit();
}
const unknown = names.find((name) => !Object.hasOwn(WORKLOADS, name));
if (unknown !== undefined) usageError(`unknown workload '${unknown}', not one of ${Object.keys(WORKLOADS).join(', ')}`);

const today = new Date().toISOString().slice(0, 10);
console.log(`${cpus()[0].model}, Linux ${release()}, Node ${process.version}, ${today}`);
const missed: string[] = [];
if (!hasCompiler()) missed.push('no C compiler: the peers in C are missing, and with them the ratios');
for (const line of missed) console.log(line);
for (const name of names.length > 0 ? names : Object.keys(WORKLOADS)) {
  console.log(`\n${name}`);
  const short = await WORKLOADS[name].run(quick);
  for (const line of short) console.log(`short of its target: ${line}`);
  missed.push(...short);
}
if (check && missed.length > 0) process.exitCode = 1;
