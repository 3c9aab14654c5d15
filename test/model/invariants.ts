import { readFileSync } from 'node:fs';
import { EpollSelector } from 'io-selectors';
import type { Driver } from './driver.js';
import { EpollModel } from './epoll-model.js';
import { Failure } from './failure.js';
import type { Run } from './run.js';

/** Checks what must hold between two calls. @throws Failure */
export function checkState({ world, drivers }: Run, waiting: boolean): void {
  const all = [...drivers.values()];
  for (const driver of all) {
    checkMap(driver);
    // A waiting thread keeps closed files open, and so their entries in the set.
    if (!waiting) checkEntries(driver);
  }
  world.forget((fd) => all.some(({ model }) => model.registrations.has(fd)));
}

function checkMap({ backend, selector, model }: Driver): void {
  const map = selector.getMap();
  const { registrations } = model;
  const isSame = [...map].every(([fd, key]) => registrations.get(fd)?.key === key);
  if (isSame && map.size === registrations.size) return;
  const numbers = (keys: Iterable<number>) => [...keys].join(', ') || 'nothing';
  throw new Failure('state', `${backend}: getMap() has ${numbers(map.keys())}, not ${numbers(registrations.keys())}`);
}

/** Checks the entries of the set as the kernel lists them. */
function checkEntries({ selector, model }: Driver): void {
  if (!(selector instanceof EpollSelector && model instanceof EpollModel)) return;
  const text = readFileSync(`/proc/self/fdinfo/${selector.fd}`, 'utf8');
  const found = new Map<number, number>([...model.registrations.keys()].map((fd) => [fd, 0]));
  for (const [, number] of text.matchAll(/^tfd:\s*(\d+)/gm)) {
    const fd = Number(number);
    found.set(fd, (found.get(fd) ?? 0) + 1);
  }
  for (const [fd, count] of found) {
    const [fewest, most] = model.entries(fd);
    if (count >= fewest && count <= most) continue;
    if (!model.registrations.has(fd) && model.hasWaker && fd === selector.waker.fd) continue;
    throw new Failure('state', `the kernel has ${count} entries for descriptor ${fd}, expected ${fewest} to ${most}`);
  }
}
