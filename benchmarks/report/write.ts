import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../harness/results.js';
import { markdown } from './markdown.js';
import type { Presentation } from './presentation.js';
import { overview, updateReadme } from './readme.js';

const DIRECTORY = 'benchmarks/results/';
const README = 'README.md';

/** One line for each series, so that diffs are readable, and no more digits than are significant. */
export function json(report: Report): string {
  const digits = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(8)) : value);
  const lines = JSON.stringify(report, digits, 1);
  return `${lines.replaceAll(/,\n {5,}/gu, ', ').replaceAll(/\n {5,}|\n {4}(?=[}\]])/gu, '')}\n`;
}

/** Replaces the report: the results as JSON, the plots and report.md; and the table in README.md. */
export async function writeReport(report: Report, workloads: readonly Presentation[]): Promise<string[]> {
  // Vega is slow to load.
  const { pictures } = await import('./pictures.js');
  const plots = await pictures(report, workloads);
  const files = new Map<string, string>([
    ['report.md', markdown(report, workloads, new Set(plots.keys()))],
    ['results.json', json(report)],
    ...[...plots].map(([name, svg]): [string, string] => [`${name}.svg`, svg]),
  ]);
  mkdirSync(DIRECTORY, { recursive: true });
  for (const name of readdirSync(DIRECTORY)) if (name.endsWith('.svg')) rmSync(join(DIRECTORY, name));
  for (const [name, text] of files) writeFileSync(join(DIRECTORY, name), text);
  const written = [...files.keys()].map((name) => `${DIRECTORY}${name}`);
  return updateReadme(README, overview(report, workloads, DIRECTORY)) ? [...written, README] : written;
}
