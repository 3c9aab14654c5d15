import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { median } from '../median.js';
import { peersOf, type Report, type Results, sizesOf, valuesOf } from '../results.js';
import { backendOf } from './reference.js';
import { type Role, rolesNamed, roleOf } from './roles.js';

/** FD_SETSIZE of glibc, and of every kernel's headers. */
const EDGE = 1024;

/** One point of a line. */
interface Point {
  readonly [field: string]: string | number;
  readonly backend: string;
  readonly role: string;
  readonly size: number;
  readonly value: number;
}

function pointsOf(results: Results, figure: string): Point[] {
  return peersOf(results).flatMap((peer) => {
    const role = roleOf(peer)?.name;
    return sizesOf(results).flatMap((size) => {
      const values = valuesOf(results, peer, size, figure);
      if (role === undefined || values.length === 0) return [];
      return [{ backend: backendOf(peer), role, size, value: median(values) }];
    });
  });
}

const CONFIG = {
  background: 'white',
  font: 'sans-serif',
  axis: { labelFontSize: 12, titleFontSize: 13, gridColor: '#e5e5e5' },
  legend: { labelFontSize: 12, titleFontSize: 13, symbolSize: 90, symbolStrokeWidth: 2, labelLimit: 300 },
  header: { labelFontSize: 14, titleFontSize: 14 },
  title: { fontSize: 15, anchor: 'start', offset: 12 },
  view: { stroke: '#bbbbbb' },
} as const;

/** The channels by which peers are told apart; one legend for both. Dashes are a third. */
function channels(roles: Role[]) {
  const domain = roles.map(({ name }) => name);
  const channel = (range: string[]) => ({
    field: 'role',
    type: 'nominal' as const,
    title: null,
    scale: { domain, range },
    sort: domain,
  });
  return { color: channel(roles.map(({ colour }) => colour)), shape: channel(roles.map(({ shape }) => shape)) };
}

interface Lines {
  readonly points: Point[];
  /** The titles of the axes. */
  readonly x: string;
  readonly y: string;
  /** Whether FD_SETSIZE is marked. */
  readonly edge?: boolean;
  /** The vertical axis; absent: logarithmic, as the horizontal one. */
  readonly linear?: boolean;
}

const LABEL =
  "datum.value >= 1e6 ? format(datum.value / 1e6, '~r') + 'M' : " +
  "datum.value >= 1e3 ? format(datum.value / 1e3, '~r') + 'k' : format(datum.value, '~r')";

/** A logarithmic scale with some room at its ends, and its ticks: more of them where it spans little. */
function logarithmic(values: number[], perDecade: 1 | 3) {
  const [low, high] = [Math.min(...values) / 1.2, Math.max(...values) * 1.2];
  const steps = perDecade === 1 || high / low > 200 ? [1] : [1, 2, 5];
  const ticks = Array.from({ length: 12 }, (_, exponent) => steps.map((step) => step * 10 ** exponent)).flat();
  const scale = { type: 'log' as const, domain: [low, high], nice: false };
  return { scale, axis: { labelExpr: LABEL, grid: true, values: ticks.filter((tick) => tick >= low && tick <= high) } };
}

/** Marks FD_SETSIZE on the axis of descriptors. */
function edgeLayers() {
  const data = { values: [{ edge: EDGE }] };
  const x = { field: 'edge', type: 'quantitative' as const };
  const text = { type: 'text' as const, text: `${EDGE}: FD_SETSIZE`, angle: 270, align: 'right' as const };
  return [
    { data, mark: { type: 'rule' as const, color: '#555555', strokeDash: [3, 3] }, encoding: { x } },
    {
      data,
      mark: { ...text, baseline: 'bottom' as const, dy: -4, fontSize: 11, color: '#555555' },
      encoding: { x, y: { value: 8 } },
    },
  ];
}

/** Lines over sizes, with a mark for each measurement. */
function lines({ points, x, y, edge, linear = false }: Lines) {
  const roles = rolesNamed(new Set(points.map(({ role }) => role)));
  const { color, shape } = channels(roles);
  const vertical = linear
    ? { scale: { type: 'linear' as const, zero: true }, axis: { labelExpr: LABEL } }
    : logarithmic(points.map(({ value }) => value), 3);
  const sizes = points.map(({ size }) => size);
  const position = {
    x: { field: 'size', type: 'quantitative' as const, title: x, ...logarithmic(sizes, 1) },
    y: { field: 'value', type: 'quantitative' as const, title: y, ...vertical },
  };
  return [
    ...(edge ? edgeLayers() : []),
    ...roles.map(({ name, dash }) => ({
      transform: [{ filter: { field: 'role', equal: name } }],
      mark: { type: 'line' as const, strokeWidth: 1.8, strokeDash: [...dash] },
      encoding: { ...position, color },
    })),
    { mark: { type: 'point' as const, size: 70, strokeWidth: 1.8, opacity: 1 }, encoding: { ...position, color, shape } },
  ];
}

/** One plot for each back end, side by side. */
function byBackend(title: string, results: Results): TopLevelSpec {
  const [{ name }] = results.figures;
  const points = pointsOf(results, name);
  return {
    title,
    data: { values: points },
    facet: { column: { field: 'backend', type: 'nominal', title: null, sort: ['select', 'poll', 'epoll'] } },
    spec: { width: 270, height: 330, layer: lines({ points, x: results.sizeOf, y: name, edge: true }) },
    config: CONFIG,
  };
}

function single(title: string, results: Results): TopLevelSpec {
  const [{ name }] = results.figures;
  const points = pointsOf(results, name);
  const layer = lines({ points, x: results.sizeOf, y: name });
  return { title, data: { values: points }, width: 560, height: 360, layer, config: CONFIG };
}

/** The first two figures, side by side: a rate and a cost. */
function pair(title: string, results: Results): TopLevelSpec {
  const panels = results.figures.slice(0, 2).map(({ name }, i) => {
    const points = pointsOf(results, name);
    const layer = lines({ points, x: results.sizeOf, y: name, linear: i === 0 });
    return { data: { values: points }, width: 400, height: 340, layer };
  });
  return { title, hconcat: panels, config: CONFIG };
}

/** Bars with their numbers: peers below each other, figures side by side, at the largest size. */
function bars(title: string, results: Results): TopLevelSpec {
  const size = Math.max(...sizesOf(results));
  const peers = peersOf(results);
  const panels = results.figures.slice(0, 3).map(({ name }, i) => {
    const values = peers.flatMap((peer) => {
      const found = valuesOf(results, peer, size, name);
      return found.length === 0 ? [] : [{ peer, value: median(found) }];
    });
    const y = {
      field: 'peer',
      type: 'nominal' as const,
      sort: peers,
      title: null,
      axis: i === 0 ? { labelLimit: 250 } : null,
    };
    const domain = [0, Math.max(...values.map(({ value }) => value)) * 1.25];
    const x = { field: 'value', type: 'quantitative' as const, title: name, scale: { domain }, axis: { tickCount: 4 } };
    return {
      width: 230,
      height: { step: 26 },
      data: { values },
      layer: [
        { mark: { type: 'bar' as const, color: '#56b4e9', stroke: '#0072b2' }, encoding: { x, y } },
        {
          mark: { type: 'text' as const, align: 'left' as const, dx: 4, fontSize: 12 },
          encoding: { x, y, text: { field: 'value', type: 'quantitative' as const, format: ',.0f' } },
        },
      ],
    };
  });
  return { title: `${title}, ${size.toLocaleString('en-US')} descriptors`, hconcat: panels, config: CONFIG };
}

const PLOTS: Record<string, (results: Results) => TopLevelSpec> = {
  dispatch: (results) => single('What an event costs, by how many are ready at once', results),
  chain: (results) => byBackend('What passing a byte on costs, among n socket pairs', results),
  idle: (results) => byBackend('What one wait costs, by how many descriptors are watched', results),
  register: (results) => bars('What it costs to register, modify and unregister', results),
  echo: (results) => pair('A TCP echo server, by the number of its connections', results),
};

/** The plots as SVG, by the workload's name. */
export async function plots({ workloads }: Report): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  for (const results of workloads) {
    const plot = PLOTS[results.workload];
    if (plot === undefined || results.series.every(({ rounds }) => rounds.length === 0)) continue;
    const view = new View(parse(compile(plot(results)).spec), { renderer: 'none' });
    result.set(results.workload, await view.toSVG());
  }
  return result;
}
