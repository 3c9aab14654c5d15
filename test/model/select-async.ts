import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { ReadyEvent } from 'io-selectors';
import { wakeUp } from './calls.js';
import { compare } from './compare.js';
import type { Driver } from './driver.js';
import { Failure } from './failure.js';
import { refused } from './model.js';
import type { SelectAsync, Step } from './operation.js';
import type { Run } from './run.js';
import { checkCalm, Wait } from './wait.js';

/** The outcome of a promise; `ready` is undefined at the end of an iteration. */
type Settled = { ready: ReadyEvent<number>[] | undefined } | { error: unknown };

/** Runs selectAsync() or the iterator, and compares the outcome with the model. */
export async function selectAsync(run: Run, driver: Driver, operation: SelectAsync): Promise<void> {
  const alone: SelectAsync = { ...operation, via: 'promise', during: [], end: undefined };
  const first = await new Pending(run, driver, operation).finish();
  await checkCalm(first, (timeoutMs) => new Pending(run, driver, { ...alone, timeoutMs }).finish());
}

/** A pending wait during which other steps are done. */
class Pending {
  readonly #run: Run;
  readonly #driver: Driver;
  readonly #operation: SelectAsync;
  readonly #wait: Wait;
  readonly #controller = new AbortController();
  readonly #settling: Promise<void>;
  #settled: Settled | undefined;
  #isAborted = false;
  /**
   * Whether a descriptor was closed that a thread may be waiting for. The thread keeps the file open, so the outcome
   * is uncertain.
   */
  #isDisturbed = false;

  constructor(run: Run, driver: Driver, operation: SelectAsync) {
    this.#run = run;
    this.#driver = driver;
    this.#operation = operation;
    this.#wait = new Wait(run, driver, operation.via === 'iterator' ? null : operation.timeoutMs);
    const settle = (settled: Settled) => {
      this.#wait.stop();
      this.#settled = settled;
    };
    this.#settling = this.#start().then(
      (ready) => settle({ ready }),
      (error: unknown) => settle({ error }),
    );
    // A new thread may have opened a descriptor under a number that was free.
    this.#wait.lookAgain();
  }

  async finish(): Promise<Wait> {
    for (const { turn: turns, step } of this.#operation.during) {
      if (turns) await turn();
      if (this.#isOver) break;
      if (turns) this.#wait.lookAgain();
      this.#step(step);
    }
    if (!this.#isOver) this.#end();
    this.#judge(await this.#result());
    return this.#wait;
  }

  #start(): Promise<ReadyEvent<number>[] | undefined> {
    const { selector } = this.#driver;
    const { timeoutMs, via } = this.#operation;
    if (via === 'promise') return selector.selectAsync({ timeoutMs, signal: this.#controller.signal });
    const next = selector[Symbol.asyncIterator]().next();
    return next.then(({ done, value }) => (done === true ? undefined : value));
  }

  get #isClosed(): boolean {
    return this.#run.drivers.get(this.#driver.backend) !== this.#driver;
  }

  get #isOver(): boolean {
    return this.#settled !== undefined || this.#isClosed;
  }

  #step(step: Step): void {
    const { selector, backend } = this.#driver;
    if (step.op === 'busy') {
      // A refused wait has not begun.
      if (this.#wait.expectNow().isRefusable) return;
      this.#driver.attempt('a second wait', refused('ERR_BUSY'), () => selector.select(0)[0].key);
      return;
    }
    this.#run.step(step);
    this.#isDisturbed ||= backend !== 'epoll' && ['close', 'dup2', 'dupEpoll'].includes(step.op);
    this.#run.check(true);
    this.#wait.lookAgain();
  }

  /** Ends the wait, unless it should end by itself. */
  #end(): void {
    const isDue = !this.#isDisturbed && this.#wait.isDue;
    const { end, via } = this.#operation;
    if (end === undefined ? isDue || this.#wait.timeoutMs !== null : isDue && !end.eager) return;
    if (end?.by === 'close') this.#run.reopen(this.#driver);
    else if (end?.by === 'abort' && via === 'promise') {
      this.#isAborted = true;
      this.#controller.abort('aborted');
    } else wakeUp(this.#driver, end?.by === 'waker' ? 'waker' : 'selector');
  }

  async #result(): Promise<Settled> {
    const { timeoutMs } = this.#wait;
    const patienceMs = this.#run.patienceMs + (timeoutMs ?? 0);
    const alarm = new AbortController();
    await Promise.race([this.#settling, sleep(patienceMs, undefined, { signal: alarm.signal }).catch(() => {})]);
    alarm.abort();
    if (this.#settled !== undefined) return this.#settled;
    const what = `${this.#driver.backend} did not end a wait of ${timeoutMs ?? 'any number of'} ms`;
    throw new Failure('late', `${what} within ${patienceMs} ms`);
  }

  #judge(settled: Settled): void {
    const { backend, model } = this.#driver;
    if (this.#isRefused(settled)) {
      this.#wait.leaveWake();
      return;
    }
    if (this.#isAborted || this.#isClosed) {
      this.#wait.leaveWake();
      const isRight = this.#isAborted
        ? 'error' in settled && settled.error === 'aborted'
        : 'ready' in settled && (settled.ready === undefined || settled.ready.length === 0);
      if (isRight) return;
      const how = this.#isAborted ? 'was aborted' : 'close() ended';
      throw new Failure('wrong', `${backend}: a wait that ${how} came to ${JSON.stringify(settled)}`);
    }
    model.waits();
    if ('error' in settled) {
      this.#wait.checkError(settled.error);
      return;
    }
    if (settled.ready === undefined) throw new Failure('wrong', `${backend}: the iteration ended by itself`);
    const expectation = this.#wait.expectSince();
    if (!this.#isDisturbed) this.#wait.checkClosed(expectation);
    for (const bounds of compare(backend, expectation, settled.ready)) model.reported(bounds);
    this.#wait.checkTime(settled.ready.length);
  }

  #isRefused(settled: Settled): boolean {
    const { code } = Object('error' in settled ? settled.error : undefined) as { code?: unknown };
    return (code === 'EINVAL' || code === 'ELOOP') && this.#wait.expectNow().isRefusable;
  }
}
