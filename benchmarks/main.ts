// npm run bench: measures the workloads and reports on them.
import { readFileSync, writeFileSync } from 'node:fs';
import { commit, machine } from './harness/machine.js';
import { helpText, type Options, parseOptions, UsageError } from './harness/options.js';
import { hasStrace, lackingCompiler } from './harness/peers.js';
import { isNamedBy, millisecondsOf, type Plan, planFor } from './harness/plan.js';
import { killAll } from './harness/program.js';
import { Progress } from './harness/progress.js';
import type { Report } from './harness/results.js';
import { Run } from './harness/run.js';
import { compareSyscalls } from './harness/syscalls.js';
import { checklist, passes } from './report/checklist.js';
import { table } from './report/terminal.js';
import { writeReport } from './report/write.js';
import { WORKLOADS } from './workloads/list.js';

const NAMES = WORKLOADS.map(({ name }) => name);

function plansFor(options: Options): Plan[] {
  const plans = WORKLOADS.filter(({ name }) => options.workloads.includes(name)).map((each) => planFor(each, options));
  const names = plans.flatMap(({ peers, missing }) => [...peers.map(({ name }) => name), ...missing.map(({ peer }) => peer)]);
  const unknown = options.peers?.find((wanted) => !names.some((name) => isNamedBy(name, wanted)));
  if (unknown !== undefined) throw new UsageError(`unknown peer '${unknown}' in ${options.workloads.join(', ')}`);
  return plans.filter(({ peers, missing }) => peers.length + missing.length > 0);
}

/** A signal that the first Ctrl-C aborts. The second one ends the process. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    controller.abort();
    killAll();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return controller.signal;
}

/** Measures every plan, and then missed targets again unless the run is a quick one without --check. */
async function measure(plans: Plan[], { quick, check, tolerance }: Options, signal: AbortSignal): Promise<Report> {
  const start = performance.now();
  const progress = new Progress();
  const runs = plans.map((plan) => new Run(plan, progress, signal));
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: machine(),
    quick,
    interrupted: false,
    seconds: 0,
    workloads: [],
  };
  for (const [what, value] of Object.entries(report.machine)) console.log(`${what}: ${value}`);
  for (const plan of plans) progress.expect(millisecondsOf(plan));
  try {
    for (const run of runs) {
      report.workloads.push(run.results);
      try {
        await run.measure();
      } finally {
        progress.clear();
        console.log(table(run.results));
      }
    }
    if (check || !quick) for (const run of runs) await run.repeatMissed(tolerance);
  } catch (error) {
    if (!signal.aborted) throw error;
    report.interrupted = true;
  }
  progress.clear();
  report.seconds = Math.round((performance.now() - start) / 1000);
  return report;
}

/** Fails before anything is measured in vain. */
function assertWritable(file: string): void {
  try {
    writeFileSync(file, '');
  } catch (error) {
    throw new UsageError(`--json ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readReport(file: string): Report {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file was written by this program
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch (error) {
    throw new UsageError(`--report ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function write(report: Report): Promise<void> {
  console.log(`written: ${(await writeReport(report, WORKLOADS)).join(', ')}`);
}

/** A complete run updates the report. Other results are only written to a file. */
async function save(report: Report, { quick, json, workloads, peers, sizes }: Options): Promise<void> {
  const complete = !quick && !report.interrupted && workloads.length === NAMES.length && !peers && !sizes;
  if (complete) await write(report);
  const file = json ?? (report.interrupted ? 'build/interrupted.json' : undefined);
  if (file === undefined) return;
  writeFileSync(file, `${JSON.stringify(report)}\n`);
  console.log(`written: ${file}`);
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), NAMES);
  if (options.help) return console.log(helpText(WORKLOADS.map(({ name, about }) => [name, about])));
  if (options.report !== undefined) return await write(readReport(options.report));
  if (options.json !== undefined) assertWritable(options.json);
  const signal = interruption();
  const plans = plansFor(options);
  const lacking = lackingCompiler();
  if (lacking !== undefined) console.log(`${lacking}: there are no programs in C to compare with`);
  if (options.syscalls) {
    if (!hasStrace()) throw new UsageError('--syscalls: strace is not installed');
    if (!(await compareSyscalls(plans, signal))) process.exitCode = signal.aborted ? 130 : 1;
    return;
  }
  const report = await measure(plans, options, signal);
  for (const line of checklist(report, options.tolerance, options.check)) console.log(line);
  await save(report, options);
  if (report.interrupted) process.exitCode = 130;
  else if (options.check && !passes(report, options.tolerance)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}; see: npm run bench -- --help`);
  process.exitCode = 2;
}
