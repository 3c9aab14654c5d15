// npm run bench: measures the workloads, and reports.
import { writeFileSync } from 'node:fs';
import { chain } from './chain.js';
import { dispatch } from './dispatch.js';
import { echo } from './echo.js';
import { idle } from './idle.js';
import { load } from './load.js';
import { commit, machine } from './machine.js';
import { helpText, type Options, parseOptions, UsageError } from './options.js';
import { hasStrace, lackingCompiler } from './peers.js';
import { isMeant, millisecondsOf, type Plan, planFor } from './plan.js';
import { killAll } from './program.js';
import { Progress } from './progress.js';
import { register } from './register.js';
import { asked } from './report/notes.js';
import { table } from './report/tables.js';
import { writeReport } from './report/write.js';
import { meets, type Report } from './results.js';
import { emptyResults, run } from './run.js';
import { compareSyscalls } from './syscalls.js';
import { wake } from './wake.js';
import type { Workload } from './workload.js';

const WORKLOADS: Workload[] = [dispatch, chain, idle, register, echo, wake, load];
const RESULTS = 'benchmarks/results';
const NAMES = WORKLOADS.map(({ name }) => name);

function plansFor(options: Options): Plan[] {
  const plans = WORKLOADS.filter(({ name }) => options.workloads.includes(name)).map((each) => planFor(each, options));
  const names = plans.flatMap(({ peers, missing }) => [...peers.map(({ name }) => name), ...missing.map(({ peer }) => peer)]);
  const unknown = options.peers?.find((wanted) => !names.some((name) => isMeant(name, wanted)));
  if (unknown !== undefined) throw new UsageError(`unknown peer '${unknown}' in ${options.workloads.join(', ')}`);
  return plans.filter(({ peers, missing }) => peers.length + missing.length > 0);
}

/** Aborted by Ctrl-C, once; the second ends the process. */
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

/** Measures all that is planned, or until it is interrupted. */
async function measure(plans: Plan[], quick: boolean, signal: AbortSignal): Promise<Report> {
  const start = performance.now();
  const progress = new Progress(plans.reduce((sum, plan) => sum + millisecondsOf(plan), 0));
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
  for (const plan of plans) {
    const results = emptyResults(plan);
    report.workloads.push(results);
    try {
      await run(plan, results, progress, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      report.interrupted = true;
    }
    progress.clear();
    console.log(table(results));
    if (report.interrupted) break;
  }
  report.seconds = Math.round((performance.now() - start) / 1000);
  return report;
}

/** Says which targets were met, and returns whether that is good enough. */
function judge({ workloads }: Report, tolerance: number): boolean {
  const verdicts = workloads.flatMap(({ workload, verdicts }) => verdicts.map((verdict) => ({ workload, ...verdict })));
  console.log(`${verdicts.filter(({ met }) => met).length} of ${verdicts.length} targets met`);
  const short = verdicts.filter((verdict) => !meets(verdict, verdict.ratio, tolerance));
  for (const verdict of short) {
    const { workload, size, peer, to, figure, ratio } = verdict;
    const found = ratio.toFixed(to === undefined ? 1 : 3);
    console.log(`short of its target: ${workload} at ${size}: ${peer}: ${figure} ${found}, target ${asked(verdict)}`);
  }
  const failed = workloads.flatMap(({ workload, series }) => series.map((each) => ({ workload, ...each })));
  for (const { workload, size, peer, failed: how } of failed) {
    if (how !== undefined) console.log(`failed: ${workload} at ${size}: ${peer}: ${how}`);
  }
  return short.length === 0 && verdicts.length > 0 && failed.every(({ failed: how }) => how === undefined);
}

/** Before all is measured for nothing. */
function assertWritable(file: string): void {
  try {
    writeFileSync(file, '');
  } catch (error) {
    throw new UsageError(`--json ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A complete run renews the report; of any other, what was measured goes into a file. */
async function save(report: Report, { quick, json, workloads, peers, sizes }: Options): Promise<void> {
  const complete = !quick && !report.interrupted && workloads.length === NAMES.length && !peers && !sizes;
  if (complete) console.log(`written to ${RESULTS}: ${(await writeReport(report, RESULTS)).join(', ')}`);
  const file = json ?? (report.interrupted ? 'build/interrupted.json' : undefined);
  if (file === undefined) return;
  writeFileSync(file, `${JSON.stringify(report)}\n`);
  console.log(`written to ${file}`);
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), NAMES);
  if (options.help) return console.log(helpText(WORKLOADS.map(({ name, about }) => [name, about])));
  if (options.json !== undefined) assertWritable(options.json);
  const signal = interruption();
  const plans = plansFor(options);
  const lacking = lackingCompiler();
  if (lacking !== undefined) console.log(`${lacking}: the peers in C are missing, and with them most ratios`);
  if (options.syscalls) {
    if (!hasStrace()) throw new UsageError('--syscalls: strace is not there');
    if (!(await compareSyscalls(plans, signal))) process.exitCode = signal.aborted ? 130 : 1;
    return;
  }
  const report = await measure(plans, options.quick, signal);
  const goodEnough = judge(report, options.tolerance);
  await save(report, options);
  if (report.interrupted) process.exitCode = 130;
  else if (options.check && !goodEnough) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}; see: npm run bench -- --help`);
  process.exitCode = 2;
}
