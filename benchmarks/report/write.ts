import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../results.js';
import { markdown } from './markdown.js';

/** Replaces what a directory has by a report: the results as JSON, the plots, and what a person reads. */
export async function writeReport(report: Report, directory: string): Promise<string[]> {
  // It is slow to load.
  const { plots } = await import('./plots.js');
  const pictures = await plots(report);
  const files = new Map<string, string>([
    ['report.md', markdown(report, new Set(pictures.keys()))],
    // A line for each series, so that two reports can be compared.
    ['results.json', `${JSON.stringify(report, undefined, 1).replaceAll(/\n {5,}/gu, '')}\n`],
    ...[...pictures].map(([name, svg]): [string, string] => [`${name}.svg`, svg]),
  ]);
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
  for (const [name, text] of files) writeFileSync(join(directory, name), text);
  return [...files.keys()];
}
