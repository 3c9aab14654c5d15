import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { root } from '../support/processes.js';
import { anchorOf, type Block, blocksOf, linksOf, pages, sectionsOf, textOf } from './markdown.js';
import { programOf, promised, run } from './program.js';

const { name, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  scripts: Record<string, string>;
};

/** What a program may name that not every build has. */
const NEEDS: [isThere: boolean, pattern: RegExp][] = [
  [has.poll, /\bPoll/],
  [has.epoll, /\bEpoll/],
  [has.eventfd, /\beventfd\(/],
  [has.timerfd, /\btimerfd\(/],
  [has.pidfd, /\bpidfd\(/],
];

/** Whether it is a program, and this build has what it names. */
function isRunnable({ language, code }: Block): boolean {
  return language === 'js' && NEEDS.every(([isThere, pattern]) => isThere || !pattern.test(code));
}

describe.each(pages)('%s', (page) => {
  const blocks = blocksOf(page);
  // The README's programs have tests of their own, in readme.test.ts.
  const programs = page === 'README.md' ? [] : blocks.filter(isRunnable);
  const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ code }) => code.trim().split('\n'));

  test('has blocks of programs, commands and plain text only, and every fence is closed', () => {
    for (const { language, line } of blocks) expect(['js', 'sh', 'text'], `line ${line}`).toContain(language);
    expect(textOf(page).match(/^```/gm) ?? []).toHaveLength(2 * blocks.length);
  });

  test('has no long lines of code', () => {
    for (const { code } of blocks) for (const line of code.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
  });

  test.runIf(programs.length > 0).each(programs.map((block): [number, Block] => [block.line, block]))(
    'the program of line %i runs, and prints what it says',
    async (_, block) => {
      const { printed, stderr, code } = await run(block);
      expect({ printed, stderr, code }).toEqual({ printed: promised(programOf(block)), stderr: '', code: 0 });
    },
  );

  test.runIf(commands.length > 0).each(commands)('the command exists: %s', (command) => {
    expectCommand(command.replace(/ +#.*$/, ''));
  });

  test('has links that lead somewhere', () => {
    for (const target of linksOf(page).filter((link) => !link.includes('://'))) {
      const [file, anchor] = target.split('#');
      const path = file === '' ? page : join(dirname(page), file);
      expect(existsSync(join(root, path)), target).toBe(true);
      if (anchor !== undefined) expect(sectionsOf(path).map(({ title }) => anchorOf(title)), target).toContain(anchor);
    }
  });
});

/** Of every command of the documentation, what it starts is there. */
function expectCommand(command: string): void {
  const words = command.split(' ').filter((word) => !/^\w+=\w+$/.test(word));
  const [program, verb = '', object = ''] = words;
  if (program === 'npm' && verb === 'run') expect(Object.keys(scripts)).toContain(object);
  else if (program === 'npm' && verb === 'install') expect(object).toBe(name);
  else if (program === 'npm' && verb !== 'ci') expect(Object.keys(scripts)).toContain(verb);
  else if (program === 'npx' && verb === name) expect(readFileSync(join(root, 'lib/cli/main.ts'), 'utf8')).toContain(`case '${object}'`);
  else if (program === 'npx') expectBuild(verb, words);
  else if (program === 'node' || program === 'strace') {
    const script = words.find((word) => word.endsWith('.js'));
    expect(existsSync(join(root, script ?? '-'))).toBe(true);
  } else expect(command).toBe('npm ci');
}

/** The variables of a build are those of binding.gyp. */
function expectBuild(tool: string, words: string[]): void {
  expect(tool).toBe('node-gyp');
  const binding = readFileSync(join(root, 'binding.gyp'), 'utf8');
  for (const [, variable] of words.join(' ').matchAll(/-D(\w+)=/g)) expect(binding).toContain(`${variable}%`);
}

test("the README's signatures are those of the reference", () => {
  const known = sectionsOf('docs/api.md').map(({ title }) => signature(title.replaceAll(/[[\]]/g, '')));
  const reference = sectionsOf('README.md').find(({ title }) => title === 'Reference')?.text ?? '';
  const rows = (reference.match(/^\|.*$/gm) ?? []).join('\n');
  const codes = Array.from(rows.matchAll(/`(?:await )?((?:new )?\w+\([^`()]*\))`/g), ([, code]) => code);
  expect(codes.length).toBeGreaterThan(50);
  for (const code of codes) {
    const wanted = signature(code.replaceAll(/\{.*?\}/g, 'options'));
    // Without arguments it may be a mention.
    const isMention = wanted.endsWith('()') && known.some((one) => one.startsWith(wanted.slice(0, -1)));
    expect(isMention || known.includes(wanted), code).toBe(true);
  }
});

/** A call without the object that has it: `select(timeoutMs)`. */
function signature(code: string): string {
  return code.replace(/^\w+\./, '');
}

test('every row of the unusual cases names the tests that prove it', () => {
  const rows = textOf('docs/semantics.md').split('\n').filter((line) => /^\| (?!case )/.test(line));
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) {
    const tests = Array.from(row.matchAll(/\]\(\.\.\/(test\/[\w/-]+\.test\.ts)\)/g), ([, path]) => path);
    expect(tests.length, row).toBeGreaterThan(0);
    for (const path of tests) expect(existsSync(join(root, path)), path).toBe(true);
  }
});
