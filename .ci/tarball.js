// npm run check:tarball [-- --tag TAG]: checks that the tarball is complete, and that it is what the tag says.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const PREBUILDS = [
  /^linux-x64\/io-selectors\.glibc\.node$/,
  /^linux-x64\/io-selectors\.musl\.node$/,
  /^linux-arm64\/io-selectors\.glibc\.node$/,
  /^linux-arm64\/io-selectors\.musl\.node$/,
  /^darwin-x64\/io-selectors\.(glibc\.)?node$/,
  /^darwin-arm64\/io-selectors\.(glibc\.)?node$/,
  /^win32-x64\/io-selectors\.(glibc\.)?node$/,
];

const { tag } = parseArgs({ options: { tag: { type: 'string' } } }).values;
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const tarball = `${name}-${version}.tgz`;
const wrong = [];

if (existsSync(tarball)) {
  const prefix = 'package/prebuilds/';
  const paths = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).split('\n');
  const prebuilds = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  for (const pattern of PREBUILDS) {
    if (!prebuilds.some((path) => pattern.test(path))) wrong.push(`${tarball} has no prebuild like ${pattern.source}`);
  }
  for (const path of prebuilds) {
    if (!PREBUILDS.some((pattern) => pattern.test(path))) wrong.push(`${tarball} has ${path}, which nobody knows`);
  }
} else wrong.push(`there is no ${tarball}: run npm pack`);

if (tag !== undefined) {
  if (tag !== `v${version}`) wrong.push(`the tag is ${tag}, but package.json says ${version}`);
  const isDated = readFileSync('CHANGELOG.md', 'utf8')
    .split('\n')
    .some((line) => line.startsWith(`## [${version}] - `) && /\d{4}-\d{2}-\d{2}$/.test(line));
  if (!isDated) wrong.push(`CHANGELOG.md has no entry for ${version} with a date`);
}

for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exitCode = 1;
else console.log(`${tarball} is complete${tag === undefined ? '' : ` and is ${tag}`}`);
