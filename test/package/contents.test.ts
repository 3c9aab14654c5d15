import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/processes.js';

interface Packed {
  files: { path: string }[];
}

function packed(): string[] {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' });
  const [{ files }] = JSON.parse(output) as Packed[];
  return files.map(({ path }) => path);
}

function sources(directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}

test('the package contains what it needs to run and to be built, and nothing else', () => {
  const scripts = ['index', 'socket', 'fd', 'core/binding', 'library', 'cli/main'].flatMap((name) => [
    `dist/${name}.js`,
    `dist/${name}.js.map`,
  ]);
  const declarations = sources('lib').flatMap((path) =>
    ['.d.ts', '.d.ts.map'].map((ending) => path.replace(/^lib/, 'dist').replace(/\.ts$/, ending)),
  );
  const compiled = [...scripts, ...declarations];
  const expected = ['LICENSE', 'README.md', 'binding.gyp', 'package.json', ...sources('lib'), ...sources('native'), ...compiled];
  // Parts of the command that are loaded on demand.
  const isPart = (path: string) => /^dist\/cli\/.*\.js(\.map)?$/.test(path) && !scripts.includes(path);
  const found = packed().filter((path) => !path.startsWith('prebuilds/') && !isPart(path));
  expect(found.toSorted()).toEqual(expected.toSorted());
});

test('the only runtime dependencies are node-addon-api and node-gyp-build', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object>;
  expect(Object.keys(manifest.dependencies)).toEqual(['node-addon-api', 'node-gyp-build']);
  expect(manifest.peerDependencies ?? manifest.optionalDependencies).toBeUndefined();
});
