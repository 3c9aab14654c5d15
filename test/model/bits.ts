import { type BaseSelector, EVENT_PRIORITY, EVENT_READ, EVENT_WRITE } from 'io-selectors';

export type Backend = BaseSelector['backend'];

/** Linux's numbers, as a build without poll exports none. poll(2), epoll_ctl(2) */
export const IN = 0x1;
export const PRI = 0x2;
export const OUT = 0x4;
export const ERR = 0x8;
export const HUP = 0x10;
export const NVAL = 0x20;
export const RDHUP = 0x2000;
export const EXCLUSIVE = 2 ** 28;
export const WAKEUP = 2 ** 29;
export const ONESHOT = 2 ** 30;
export const EDGE = 2 ** 31;

/** The bits that the kernel reports unasked. */
export const UNASKED = ERR | HUP;

export const ALL_EVENTS = EVENT_READ | EVENT_WRITE | EVENT_PRIORITY;

export function bitsOf(events: number): number {
  return (events & EVENT_READ ? IN : 0) | (events & EVENT_WRITE ? OUT : 0) | (events & EVENT_PRIORITY ? PRI : 0);
}

/** The events for bits of poll(2). With select(2) a hang-up alone is not writable. */
export function eventsOf(backend: Backend, bits: number): number {
  const read = bits & (IN | HUP | ERR | RDHUP);
  const write = bits & (backend === 'select' ? OUT | ERR : OUT | HUP | ERR);
  return (read ? EVENT_READ : 0) | (write ? EVENT_WRITE : 0) | (bits & PRI ? EVENT_PRIORITY : 0);
}

const EVENT_NAMES: [number, string][] = [
  [EVENT_READ, 'READ'],
  [EVENT_WRITE, 'WRITE'],
  [EVENT_PRIORITY, 'PRIORITY'],
];
const BIT_NAMES: [number, string][] = [
  [IN, 'IN'],
  [PRI, 'PRI'],
  [OUT, 'OUT'],
  [ERR, 'ERR'],
  [HUP, 'HUP'],
  [NVAL, 'NVAL'],
  [RDHUP, 'RDHUP'],
];

function names(mask: number, known: [number, string][]): string {
  return known.flatMap(([bit, name]) => (mask & bit ? [name] : [])).join('|') || '0';
}

export function describeEvents(events: number): string {
  return names(events, EVENT_NAMES);
}

export function describeBits(bits: number): string {
  return names(bits, BIT_NAMES);
}
