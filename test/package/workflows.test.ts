import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../support/processes.js';

const directory = join(root, '.github/workflows');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

describe.each(readdirSync(directory))('%s', (name) => {
  const text = readFileSync(join(directory, name), 'utf8').replaceAll(/^ *#.*\n/gm, '');

  test('runs scripts that the package has', () => {
    const named = Array.from(text.matchAll(/npm run ([\w:-]+)/g), ([, script]) => script);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
    // Whatever else it runs with npm comes with npm.
    const others = Array.from(text.matchAll(/\bnpm (?!run )(\w+)/g), ([, command]) => command);
    for (const command of others) expect(['ci', 'pack', 'publish', 'test']).toContain(command);
  });

  test('may write nothing but the token that it publishes with', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n?/m);
    expect(text.match(/\b(?:[\w-]+: write|write-all)\b/g) ?? []).toEqual(name === 'release.yml' ? ['id-token: write'] : []);
  });

  test('uses actions of GitHub only, each with a version', () => {
    for (const [, action] of text.matchAll(/uses: (\S+)/g)) expect(action).toMatch(/^(actions\/[\w-]+@v\d+|\.\/\.github\/.+\.yml)$/);
  });
});
