import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import type { Report } from '../harness/results.js';
import type { Presentation } from './presentation.js';

/** The plots as SVG, by the name of the workload. */
export async function pictures({ workloads: all }: Report, workloads: readonly Presentation[]): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  for (const results of all) {
    const { plot } = workloads.find(({ name }) => name === results.workload) ?? {};
    if (plot === undefined || results.series.every(({ rounds }) => rounds.length === 0)) continue;
    const view = new View(parse(compile(plot(results)).spec), { renderer: 'none' });
    result.set(results.workload, await view.toSVG());
  }
  return result;
}
