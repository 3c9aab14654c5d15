import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../results.js';
import { markdown } from './markdown.js';

/** A line for each series, so that two reports can be compared; and no more digits than were measured. */
export function json(report: Report): string {
  const digits = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(8)) : value);
  const lines = JSON.stringify(report, digits, 1);
  return `${lines.replaceAll(/,\n {5,}/gu, ', ').replaceAll(/\n {5,}|\n {4}(?=[}\]])/gu, '')}\n`;
}

/** Replaces the report in a directory: the results as JSON, the plots, and what a person reads. */
export async function writeReport(report: Report, directory: string): Promise<string[]> {
  // It is slow to load.
  const { plots } = await import('./plots.js');
  const pictures = await plots(report);
  const files = new Map<string, string>([
    ['report.md', markdown(report, new Set(pictures.keys()))],
    ['results.json', json(report)],
    ...[...pictures].map(([name, svg]): [string, string] => [`${name}.svg`, svg]),
  ]);
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) if (name.endsWith('.svg')) rmSync(join(directory, name));
  for (const [name, text] of files) writeFileSync(join(directory, name), text);
  return [...files.keys()];
}
