import type { ReadyEvent } from 'io-selectors';
import { compare } from './compare.js';
import type { Driver } from './driver.js';
import type { Run } from './run.js';
import { blocking, checkCalm, type Wait } from './wait.js';

/** Runs select() and compares it with the model. */
export function selectNow(run: Run, driver: Driver, timeoutMs: number | null): Promise<void> {
  return checkCalm(selectOnce(run, driver, timeoutMs), (longer) => selectOnce(run, driver, longer));
}

function selectOnce(run: Run, driver: Driver, timeoutMs: number | null): Wait {
  const { backend, selector, model } = driver;
  const wait = blocking(run, driver, timeoutMs);
  let ready: ReadyEvent<number>[];
  try {
    ready = selector.select(wait.timeoutMs ?? run.patienceMs);
  } catch (error) {
    wait.stop();
    wait.checkError(error);
    return wait;
  }
  wait.stop();
  const expectation = wait.expectSince();
  wait.checkClosed(expectation);
  for (const bounds of compare(backend, expectation, ready)) model.reported(bounds);
  wait.checkTime(ready.length);
  return wait;
}
