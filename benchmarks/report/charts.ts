// The kinds of charts that workloads choose from, as Vega-Lite specifications.
import type { TopLevelSpec } from 'vega-lite';
import { medianOf, peersOf, type Results, seriesOf, sizesOf } from '../harness/results.js';
import { BACKENDS } from './backends.js';
import { LABEL, legendOf, lines, pointsOf, rolesIn } from './lines.js';
import { refusals } from './notes.js';
import { grouped } from './numbers.js';
import { familyColour } from './roles.js';

const CONFIG = {
  background: 'white',
  padding: 8,
  font: 'sans-serif',
  axis: { labelFontSize: 12, titleFontSize: 13, titlePadding: 8, gridColor: '#e5e5e5' },
  header: { labelFontSize: 14, titleFontSize: 14 },
  title: {
    fontSize: 15,
    subtitleFontSize: 12,
    subtitleColor: '#444444',
    subtitlePadding: 6,
    anchor: 'start',
    offset: 12,
  },
  view: { stroke: '#bbbbbb' },
  concat: { spacing: 24 },
} as const;

/** The title, and below it the sizes that peers refuse. */
function titled(text: string, results: Results) {
  const subtitle = refusals(results)
    .filter(({ failed }) => failed === undefined)
    .map(({ peer, size }) => `${peer} refuses ${grouped(size)} ${results.sizeOf}`);
  return { text, subtitle };
}

/** Lines of the first figure, with a panel for each back end. */
export function chartByBackend(title: string, results: Results): TopLevelSpec {
  const [{ name }] = results.figures;
  const points = pointsOf(results, name);
  const roles = rolesIn(points);
  const layer = lines({ points, roles, x: results.sizeOf, y: name, edge: true });
  const panels = {
    data: { values: points },
    facet: { column: { field: 'backend', type: 'nominal' as const, title: null, sort: [...BACKENDS] } },
    spec: { width: 270, height: 330, layer },
  };
  return { title: titled(title, results), hconcat: [panels, legendOf(roles)], config: CONFIG };
}

interface Panels {
  readonly width: number;
  /** For each figure that is drawn, whether its axis is linear. */
  readonly linear: boolean[];
}

/** Lines, with a panel for each of the first figures. */
export function lineChart(title: string, results: Results, { width, linear }: Panels): TopLevelSpec {
  const drawn = results.figures
    .slice(0, linear.length)
    .map(({ name }, i) => ({ y: name, linear: linear[i], points: pointsOf(results, name) }))
    .filter(({ points }) => points.length > 0);
  const roles = rolesIn(drawn.flatMap(({ points }) => points));
  const panels = drawn.map((each) => ({
    data: { values: each.points },
    width,
    height: 340,
    layer: lines({ ...each, roles, x: results.sizeOf }),
  }));
  return { title: titled(title, results), hconcat: [...panels, legendOf(roles)], config: CONFIG };
}

/** The largest size that all peers did, or else the largest. */
function largestSize(results: Results): number {
  const sizes = sizesOf(results).toSorted((a, b) => b - a);
  const peers = peersOf(results);
  const did = (peer: string, size: number) => seriesOf(results, peer, size)?.rounds.length !== 0;
  return sizes.find((size) => peers.every((peer) => did(peer, size))) ?? sizes[0];
}

/** Labelled bars, with a row for each peer and a panel for each figure. */
export function barChart(title: string, results: Results): TopLevelSpec {
  const size = largestSize(results);
  const peers = peersOf(results);
  const panels = results.figures.slice(0, 3).map(({ name }, i) => {
    const values = peers.flatMap((peer) => {
      const value = medianOf(results, peer, size, name);
      return value === undefined ? [] : [{ peer, value, colour: familyColour(peer) }];
    });
    const domain = [0, Math.max(1, ...values.map(({ value }) => value)) * 1.25];
    const y = {
      field: 'peer',
      type: 'nominal' as const,
      scale: { domain: peers },
      title: null,
      axis: i === 0 ? { labelLimit: 250 } : null,
    };
    const x = {
      field: 'value',
      type: 'quantitative' as const,
      title: name,
      scale: { domain, nice: false },
      axis: { tickCount: 4, labelExpr: LABEL },
    };
    const colour = { field: 'colour', type: 'nominal' as const, scale: null };
    return {
      width: 230,
      height: { step: 26 },
      data: { values },
      layer: [
        { mark: { type: 'bar' as const, opacity: 0.75 }, encoding: { x, y, color: colour } },
        {
          mark: { type: 'text' as const, align: 'left' as const, dx: 4, fontSize: 12 },
          encoding: { x, y, text: { field: 'value', type: 'quantitative' as const, format: ',.0f' } },
        },
      ],
    };
  });
  return { title: `${title}: ${grouped(size)} ${results.sizeOf}`, hconcat: panels, config: CONFIG };
}
