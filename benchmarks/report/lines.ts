import { medianOf, peersOf, type Results, sizesOf } from '../harness/results.js';
import { backendOf } from './backends.js';
import { type Role, rolesNamed, roleOf } from './roles.js';

/** FD_SETSIZE of glibc and of the kernel's headers. */
const EDGE = 1024;

/** One point of a line. */
export interface Point {
  readonly [field: string]: string | number;
  readonly backend: string;
  readonly role: string;
  readonly size: number;
  readonly value: number;
}

export function pointsOf(results: Results, figure: string): Point[] {
  return peersOf(results).flatMap((peer) => {
    const role = roleOf(peer)?.name;
    return sizesOf(results).flatMap((size) => {
      const value = medianOf(results, peer, size, figure);
      return role === undefined || value === undefined ? [] : [{ backend: backendOf(peer), role, size, value }];
    });
  });
}

/** The channels that tell peers apart. */
function channels(roles: Role[]) {
  const domain = roles.map(({ name }) => name);
  const channel = <T>(range: T[]) => ({
    field: 'role',
    type: 'nominal' as const,
    scale: { domain, range },
    legend: null,
  });
  return {
    color: channel(roles.map(({ colour }) => colour)),
    shape: channel(roles.map(({ shape }) => shape)),
    strokeDash: channel(roles.map(({ dash }) => [...dash])),
  };
}

const LINE = { type: 'line', strokeWidth: 1.8 } as const;
const POINT = { type: 'point', size: 70, strokeWidth: 1.8, opacity: 1 } as const;

/** A line, a mark and a name for each role. Vega's own legends show a mark without its line. */
export function legendOf(roles: Role[]) {
  const { color, shape, strokeDash } = channels(roles);
  const domain = roles.map(({ name }) => name);
  const y = { field: 'role', type: 'nominal' as const, scale: { domain }, axis: null };
  return {
    data: { values: domain.map((role) => ({ role })) },
    width: 210,
    height: { step: 22 },
    view: { stroke: null },
    layer: [
      {
        mark: { ...LINE, type: 'rule' as const },
        encoding: { x: { value: 0 }, x2: { value: 44 }, y, color, strokeDash },
      },
      { mark: POINT, encoding: { x: { value: 22 }, y, color, shape } },
      {
        mark: { type: 'text' as const, align: 'left' as const, fontSize: 12 },
        encoding: { x: { value: 52 }, y, text: { field: 'role' } },
      },
    ],
  };
}

/** In the order of the legend. */
export function rolesIn(points: Point[]): Role[] {
  return rolesNamed(new Set(points.map(({ role }) => role)));
}

interface Lines {
  readonly points: Point[];
  readonly roles: Role[];
  /** The titles of the axes. */
  readonly x: string;
  readonly y: string;
  /** Whether FD_SETSIZE is marked. */
  readonly edge?: boolean;
  /** Whether the vertical axis is linear. By default it is logarithmic like the horizontal one. */
  readonly linear?: boolean;
}

/** Ticks as 10, 100, 1k, 10k. */
export const LABEL =
  "datum.value >= 1e6 ? format(datum.value / 1e6, '~r') + 'M' : " +
  "datum.value >= 1e3 ? format(datum.value / 1e3, '~r') + 'k' : format(datum.value, '~r')";

/** The ends of a scale: some room on both sides, and a share of the whole on top. */
function endsOf(values: number[], headroom = 0): [low: number, high: number] {
  const [low, high] = [Math.min(...values) / 1.2, Math.max(...values) * 1.2];
  return [low, high * (high / low) ** headroom];
}

/** A logarithmic scale, with more ticks if it spans little. */
function logarithmic([low, high]: [low: number, high: number], detail: 'decades' | 'fine') {
  const span = high / low;
  const steps = detail === 'decades' || span > 200 ? [1] : span > 8 ? [1, 2, 5] : [1, 1.2, 1.5, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks = Array.from({ length: 12 }, (_, exponent) => steps.map((step) => step * 10 ** exponent)).flat();
  const scale = { type: 'log' as const, domain: [low, high], nice: false };
  return { scale, axis: { labelExpr: LABEL, grid: true, values: ticks.filter((tick) => tick >= low && tick <= high) } };
}

/** Marks FD_SETSIZE on the axis of descriptors, with the label where there is more room. */
function edgeLayers([low, high]: [low: number, high: number]) {
  const data = { values: [{ edge: EDGE }] };
  const x = { field: 'edge', type: 'quantitative' as const };
  const side = EDGE / low > high / EDGE ? { align: 'right' as const, dx: -5 } : { align: 'left' as const, dx: 5 };
  const text = { type: 'text' as const, text: `${EDGE} = FD_SETSIZE`, fontSize: 11, color: '#444444' };
  return [
    { data, mark: { type: 'rule' as const, color: '#444444', strokeDash: [3, 3] }, encoding: { x } },
    { data, mark: { ...text, ...side }, encoding: { x, y: { value: 11 } } },
  ];
}

/** Lines over sizes, with a mark for each measurement. */
export function lines({ points, roles, x, y, edge = false, linear = false }: Lines) {
  const { color, shape, strokeDash } = channels(roles);
  const values = points.map(({ value }) => value);
  const sizes = endsOf(points.map(({ size }) => size));
  const marksEdge = edge && sizes[0] < EDGE && sizes[1] > EDGE;
  const vertical = linear
    ? { scale: { type: 'linear' as const, zero: true }, axis: { labelExpr: LABEL, tickCount: 8 } }
    : logarithmic(endsOf(values, marksEdge ? 0.06 : 0), 'fine');
  const position = {
    x: { field: 'size', type: 'quantitative' as const, title: x, ...logarithmic(sizes, 'decades') },
    y: { field: 'value', type: 'quantitative' as const, title: y, ...vertical },
  };
  return [
    ...(marksEdge ? edgeLayers(sizes) : []),
    { mark: LINE, encoding: { ...position, color, strokeDash } },
    { mark: POINT, encoding: { ...position, color, shape } },
  ];
}
