// Says what vitest has run, from its JSON report: node .ci/report.js report.json LABEL
// A file without a test that ran is named with what it needs of the system: see test/support/capability.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [path, label] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
const root = join(import.meta.dirname, '..');
const totals = { passed: 0, failed: 0, skipped: 0 };
const unused = [];
for (const { name, assertionResults } of testResults) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of assertionResults) count[status in count ? status : 'skipped']++;
  for (const status of Object.keys(count)) totals[status] += count[status];
  if (count.passed + count.failed > 0) continue;
  const file = name.replaceAll('\\', '/').replace(/^.*\/(?=test\/)/, '');
  const needs = new Set([...readFileSync(join(root, file), 'utf8').matchAll(/\bhas\.(\w+)/g)].map(([, need]) => need));
  unused.push(`  ${file}: ${count.skipped} tests, needs ${[...needs].join(' or ') || 'what is not named'}`);
}
console.log(`${label}: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
if (unused.length > 0) console.log(`skipped as a whole:\n${unused.toSorted().join('\n')}`);
