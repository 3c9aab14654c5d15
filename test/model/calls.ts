import { isDeepStrictEqual } from 'node:util';
import { type SelectorKey, Waker } from 'io-selectors';
import type { Backend } from './bits.js';
import { describe } from './describe.js';
import type { Driver } from './driver.js';
import { EpollModel } from './epoll-model.js';
import { Failure } from './failure.js';
import type { File } from './file.js';
import { OK, refused } from './model.js';
import type { By, Call } from './operation.js';
import type { Run } from './run.js';
import type { Slot } from './world.js';

/** Makes a call of one selector and compares the outcome with its model. */
export function make(run: Run, driver: Driver, call: Extract<Call, { on: Backend[] }>): void {
  switch (call.op) {
    case 'register':
      return register(run, driver, call);
    case 'modify':
      return modify(run, driver, call);
    case 'unregister':
      return unregister(run, driver, call);
    case 'wakeup':
      return wakeUp(driver, call.by);
    case 'reopen':
      return run.reopen(driver);
    case 'busy':
      // Without a wait in progress it would be a wait like any other.
      break;
  }
}

function register(run: Run, driver: Driver, call: Extract<Call, { op: 'register' }>): void {
  const { backend, selector, model } = driver;
  const { fd, file, object } = run.world.slots.get(call.slot)!;
  const { events, data } = call;
  const options = model.options(call.options);
  const mask = model.mask(events, options);
  const fileObject = call.by === 'object' && file !== undefined ? object : fd;
  const key = driver.attempt(describe(call), model.registerOutcome(fd, file, mask), () =>
    selector.register(fileObject, events, data, options),
  );
  if (key === undefined || file === undefined) return;
  compareKey(backend, key, { fd, fileObject, events, data });
  model.registered({ key, options, mask, file });
}

function modify(run: Run, driver: Driver, call: Extract<Call, { op: 'modify' }>): void {
  const { backend, selector, model } = driver;
  const [named, registration] = find(run, driver, call);
  const options = call.options === undefined ? registration?.options : (model.options(call.options) ?? {});
  const mask = model.mask(call.events, options);
  const outcome = registration === undefined ? refused('ERR_NOT_REGISTERED') : model.modifyOutcome(registration, mask);
  const data = call.data ?? registration?.key.data ?? 0;
  const key = driver.attempt(describe(call), outcome, () => {
    if (call.options !== undefined) return selector.modify(named, call.events, data, options ?? {});
    return call.data === undefined ? selector.modify(named, call.events) : selector.modify(named, call.events, data);
  });
  if (key === undefined || registration === undefined) return;
  const { fd, fileObject } = registration.key;
  compareKey(backend, key, { fd, fileObject, events: call.events, data });
  model.modified(registration, key, options);
}

function unregister(run: Run, driver: Driver, call: Extract<Call, { op: 'unregister' }>): void {
  const { selector, model } = driver;
  const [named, registration] = find(run, driver, call);
  const outcome = registration === undefined ? refused('ERR_NOT_REGISTERED') : OK;
  const key = driver.attempt(describe(call), outcome, () => selector.unregister(named));
  if (key === undefined || registration === undefined) return;
  if (key !== registration.key) throw new Failure('wrong', `${describe(call)} returned another key`);
  model.unregistered(registration);
}

/** How to name a registration, by number or by its object, which may be closed; and the registration itself. */
function find({ world }: Run, { model }: Driver, { slot, by }: { slot: number; by: By }) {
  const { fd } = world.slots.get(slot)!;
  const registration = model.registrations.get(fd);
  return [by === 'object' && registration !== undefined ? registration.key.fileObject : fd, registration] as const;
}

/** Leaves stale entries in the epoll set. */
export function litter({ drivers, world }: Run, slot: Slot, file: File, call: Extract<Call, { op: 'litter' }>): void {
  const driver = drivers.get('epoll');
  if (!(driver?.model instanceof EpollModel) || file.isUnpollable || file.kind === 'epoll') return;
  const { selector, model } = driver;
  const numbers = world.litter(slot, call.count, (fd) => selector.register(fd, call.events, 0));
  for (const fd of numbers) {
    selector.unregister(fd);
    model.littered(fd, file);
  }
}

/** Asks for a wake-up in one of three ways. */
export function wakeUp({ selector, model }: Driver, by: 'selector' | 'waker' | 'share'): void {
  if (by !== 'selector') model.hasWaker = true;
  if (by === 'selector') selector.wakeup();
  else if (by === 'waker') selector.waker.wake();
  else {
    const waker = new Waker(selector.waker.share());
    waker.wake();
    waker.close();
  }
  model.wake = 'yes';
}

function compareKey(backend: Backend, key: SelectorKey<number>, expected: SelectorKey<number>): void {
  const { fd, fileObject, events, data } = key;
  if (isDeepStrictEqual({ fd, fileObject, events, data }, expected)) return;
  throw new Failure('wrong', `${backend} made the key ${JSON.stringify(key)}, not ${JSON.stringify(expected)}`);
}
