import { Batch, Thrown } from './batch.js';
import type { Driver } from './driver.js';
import { Failure } from './failure.js';
import type { SelectEach } from './operation.js';
import type { Run } from './run.js';
import { blocking, checkCalm, type Wait } from './wait.js';

/** Runs selectEach() and compares it with the model. */
export function selectEach(run: Run, driver: Driver, { timeoutMs, during }: SelectEach): Promise<void> {
  return checkCalm(selectOnce(run, driver, timeoutMs, during), (longer) => selectOnce(run, driver, longer, []));
}

function selectOnce(run: Run, driver: Driver, timeoutMs: number | null, during: SelectEach['during']): Wait {
  const { backend, selector } = driver;
  const wait = blocking(run, driver, timeoutMs);
  let batch: Batch | undefined;
  /** The wait is over when the first callback runs. */
  const begin = () => {
    wait.stop();
    const expectation = wait.expectSince();
    wait.checkClosed(expectation);
    return new Batch(run, driver, during, expectation);
  };
  let ran: number | undefined;
  try {
    ran = selector.selectEach((key, events, revents) => {
      batch ??= begin();
      batch.called(key, events, revents);
    }, wait.timeoutMs ?? run.patienceMs);
  } catch (error) {
    if (!(error instanceof Thrown)) {
      if (batch === undefined) wait.stop();
      wait.checkError(error);
      return wait;
    }
    wait.leaveWake();
  }
  batch ??= begin();
  batch.end(ran === undefined);
  if (ran !== undefined && ran !== batch.calls) {
    throw new Failure('wrong', `${backend}: selectEach returned ${ran} after ${batch.calls} callbacks`);
  }
  wait.checkTime(batch.calls);
  return wait;
}
