import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getDescriptorLimit } from 'io-selectors/fd';
import { beforeAll, describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { temporaryPath } from '../support/files.js';
import { type Child, root, start } from '../support/processes.js';

const WORKLOADS = ['dispatch', 'chain', 'idle', 'register', 'echo', 'wake', 'load'];

function bench(args: string[], env: NodeJS.ProcessEnv = {}): Child {
  return start(process.execPath, ['build/benchmarks/main.js', ...args], env);
}

interface Report {
  interrupted: boolean;
  workloads: {
    workload: string;
    series: { size: number; peer: string; rounds: Record<string, number>[]; refused?: string }[];
    verdicts: { peer: string; ratio: number; met: boolean }[];
    missing: { peer: string }[];
  }[];
}

function reportIn(file: string): Report {
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

/** The running children of a process. */
function childrenOf(pid: number | undefined): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(pid);
      } catch {
        return false;
      }
    });
}

beforeAll(() => {
  const env = { ...process.env, LD_PRELOAD: '' };
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'benchmarks/tsconfig.json'], { cwd: root, env });
});

test.runIf(has.compiler)('the benchmark explains itself', async () => {
  const { code, stdout } = await bench(['--help']).ended;
  expect(code).toBe(0);
  for (const name of WORKLOADS) expect(stdout).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
});

test.runIf(has.compiler).each([
  ['an unknown workload', ['--workload', 'dispatch,nothing'], "unknown workload 'nothing'"],
  ['an unknown peer', ['--workload', 'wake', '--peer', 'C,Perl'], "unknown peer 'Perl'"],
  ['a size that is no number', ['--sizes', '10,many'], '--sizes many: not a positive integer'],
  ['a size of nothing', ['--sizes', '0'], '--sizes 0: not a positive integer'],
  ['a tolerance below 1', ['--tolerance', '0.5'], '--tolerance 0.5: not a factor'],
  ['a file that cannot be written', ['--json', '/nowhere/results.json'], '--json /nowhere/results.json: ENOENT'],
  ['a report that cannot be read', ['--report', '/nowhere/results.json'], '--report /nowhere/results.json: ENOENT'],
  ['an unknown option', ['--fast'], "Unknown option '--fast'"],
  ['an argument', ['dispatch'], "Unexpected argument 'dispatch'"],
])('the benchmark refuses %s in one line', async (_, args, message) => {
  const { code, stdout, stderr } = await bench(args).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

test.runIf(has.compiler)('--report writes the report of earlier results, and the table between the markers in README.md', () => {
  const readme = temporaryPath('README.md');
  const directory = dirname(readme);
  const markers = ['<!-- benchmark: written by npm run bench -->', '<!-- /benchmark -->'];
  writeFileSync(readme, `before\n${markers.join('\nold\n')}\nafter\n`);
  mkdirSync(join(directory, 'benchmarks/results'), { recursive: true });
  const results = join(root, 'benchmarks/results/results.json');
  execFileSync(process.execPath, [join(root, 'build/benchmarks/main.js'), '--report', results], { cwd: directory });

  const part = readFileSync(readme, 'utf8').split('\n');
  expect(part.slice(0, 2)).toEqual(['before', markers[0]]);
  expect(part.slice(-3)).toEqual([markers[1], 'after', '']);
  expect(part.join('\n')).not.toContain('old');
  expect(part.filter((line) => line.startsWith('!['))).toEqual([expect.stringContaining('(benchmarks/results/idle.svg)')]);
  expect(part.filter((line) => line.startsWith('| ---'))).toHaveLength(1);
  expect(part.join('\n')).toMatch(/^Measured on \d{4}-\d\d-\d\d: /mu);

  const written = readdirSync(join(directory, 'benchmarks/results'));
  expect(written).toEqual(expect.arrayContaining(['report.md', 'results.json', 'idle.svg']));
  const report = readFileSync(join(directory, 'benchmarks/results/report.md'), 'utf8');
  for (const name of WORKLOADS) expect(report).toMatch(new RegExp(`^## ${name}$`, 'm'));
});

// The measured workloads need epoll.
describe.runIf(has.compiler && has.epoll)('the benchmark', () => {
  const small = ['--quick', '--workload', 'dispatch', '--sizes', '1,10'];

  test('measures the chosen peers and sizes, and writes the results to a file', async () => {
    const file = temporaryPath('results.json');
    const { code, stdout } = await bench([...small, '--peer', 'c/epoll+thread,Epoll.waitInto', '--json', file]).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('targets met');
    const { interrupted, workloads } = reportIn(file);
    expect(interrupted).toBe(false);
    expect(workloads.map(({ workload }) => workload)).toEqual(['dispatch']);
    const [{ series, verdicts }] = workloads;
    expect(series.map(({ size, peer }) => [size, peer])).toEqual([
      [1, 'C/epoll+thread'],
      [1, 'Epoll.waitInto'],
      [10, 'C/epoll+thread'],
      [10, 'Epoll.waitInto'],
    ]);
    for (const { rounds } of series) for (const figures of rounds) expect(figures['ns per event']).toBeGreaterThan(0);
    expect(verdicts.map(({ peer }) => peer)).toEqual(['Epoll.waitInto', 'Epoll.waitInto']);
  });

  test('names the sizes that the descriptor limit does not allow, and measures the others', async () => {
    const { hard } = getDescriptorLimit();
    const sizes = ['--sizes', `1,${hard + 1}`];
    const { code, stdout } = await bench(['--quick', '--workload', 'idle', ...sizes, '--peer', 'PollSelector']).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('PollSelector.select');
    expect(stdout.replaceAll(',', '')).toContain(`${hard + 1}`);
    expect(stdout).toContain('more than the descriptor limit allows');
  });

  test('shows the refusal of plain select past FD_SETSIZE, and goes on', async () => {
    const file = temporaryPath('results.json');
    const sizes = ['--sizes', '1100', '--peer', 'SelectSelector', '--json', file];
    const { code, stdout } = await bench(['--quick', '--workload', 'idle', ...sizes]).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('ERR_FD_SETSIZE');
    const [plain, large] = reportIn(file).workloads[0].series;
    expect(plain.refused).toMatch(/^ERR_FD_SETSIZE: descriptor \d+ does not fit/);
    expect(large.rounds.length).toBeGreaterThan(0);
  });

  test('does without a C compiler, and fails only with --check', async () => {
    const file = temporaryPath('results.json');
    const args = [...small, '--peer', 'C,Epoll', '--json', file];
    const { code, stdout } = await bench(args, { CC: '/nowhere/cc' }).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('no C compiler');
    expect(reportIn(file).workloads[0].missing.map(({ peer }) => peer)).toContain('C/epoll');
    expect((await bench([...args, '--check'], { CC: '/nowhere/cc' }).ended).code).toBe(1);
  });

  test('does without Python', async () => {
    const env = { PATH: '/nowhere', CC: '/nowhere/cc' };
    const { code, stdout } = await bench([...small, '--peer', 'Python,Epoll'], env).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('no python3');
  });

  test('ends all its children at Ctrl-C, and keeps the results so far', async () => {
    const file = temporaryPath('results.json');
    const child = bench(['--workload', 'dispatch', '--peer', 'Epoll.waitInto', '--json', file]);
    await child.printed('\n');
    while (childrenOf(child.process.pid).length === 0) await new Promise(setImmediate);
    const children = childrenOf(child.process.pid);
    child.process.kill('SIGINT');
    const { code, stdout } = await child.ended;
    expect(code).toBe(130);
    expect(stdout).toContain(`written: ${file}`);
    const report = reportIn(file);
    expect(report).toMatchObject({ interrupted: true, workloads: [{ workload: 'dispatch' }] });
    expect(report.workloads[0].series.map(({ refused }) => refused)).toEqual([undefined]);
    for (const pid of children) expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  });
});
