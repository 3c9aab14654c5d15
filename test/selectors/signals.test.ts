import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVENT_WRITE } from 'io-selectors';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/capability.js';
import { pipe } from '../support/descriptors.js';
import { backends, expectReady, open } from '../support/selectors.js';
import { blockedIn, stopped } from '../support/threads.js';
import { startWaiting, WAITS } from '../support/waiting.js';

const SYSCALLS = { select: 'select', poll: 'poll', epoll: 'epoll_wait' };
const listenTo = 'SIGUSR2';
/** Long enough to be signalled in, on a busy machine as well. */
const WAIT_MS = 1000;

describe.runIf(has.signals).each(backends)('%s', (backend, Selector) => {
  describe("onInterrupt: 'resume'", () => {
    const onInterrupt = 'resume';

    test('a wait under steady signals lasts its time, and no longer', async () => {
      const child = await startWaiting({ backend, onInterrupt, listenTo, timeoutMs: WAIT_MS });
      await child.signal(listenTo);
      // A wait that starts its whole time again after each signal would never end.
      child.keepSignalling(listenTo);
      const { outcome, elapsedMs, heard } = await child.waited();
      expect(outcome).toBe(0);
      expect(elapsedMs).toBeGreaterThanOrEqual(WAIT_MS);
      expect(elapsedMs).toBeLessThan(10_000);
      expect(heard).toBeGreaterThan(0);
    });

    test('an infinite wait goes on after signals, and ends when something is ready', async () => {
      const before = `
        const { spawn } = await import('node:child_process');
        const [late, end] = fd.pipe();
        spawn('sh', ['-c', 'sleep ${WAIT_MS / 1000}; echo'], { stdio: ['ignore', end, 'inherit'] });
        selector.register(late, io.EVENT_READ);`;
      const child = await startWaiting({ backend, onInterrupt, listenTo, timeoutMs: null, before });
      await child.signal(listenTo);
      child.keepSignalling(listenTo);
      const { outcome, heard } = await child.waited();
      expect(outcome).toBe(1);
      expect(heard).toBeGreaterThan(0);
    });

    test('a child that ends does not end the wait', async () => {
      const before = `
        const { spawn } = await import('node:child_process');
        spawn('sleep', ['1000']).on('exit', () => heard++);`;
      const child = await startWaiting({ backend, onInterrupt, timeoutMs: WAIT_MS, before });
      await child.endChild();
      const { outcome, elapsedMs, heard } = await child.waited();
      expect(outcome).toBe(0);
      expect(elapsedMs).toBeGreaterThanOrEqual(WAIT_MS);
      expect(heard).toBe(1);
    });

    test('SIGSTOP and SIGCONT do not end the wait', async () => {
      const child = await startWaiting({ backend, onInterrupt, timeoutMs: WAIT_MS });
      await child.signal('SIGSTOP');
      await stopped(child.process.pid);
      child.process.kill('SIGCONT');
      const { outcome, elapsedMs } = await child.waited();
      expect(outcome).toBe(0);
      expect(elapsedMs).toBeGreaterThanOrEqual(WAIT_MS);
    });

    test('SIGINT without a listener ends the process at once', async () => {
      const child = await startWaiting({ backend, onInterrupt, timeoutMs: null });
      await child.signal('SIGINT');
      expect((await child.ended).signal).toBe('SIGINT');
    });

    test('a listener does not run during an infinite wait, and SIGKILL ends it', async () => {
      const before = "process.on('SIGTERM', () => writeSync(1, 'listener'));";
      const child = await startWaiting({ backend, onInterrupt, timeoutMs: null, before });
      await child.signal('SIGTERM');
      await blockedIn(String(child.process.pid), WAITS[backend]);
      await child.signal('SIGKILL');
      expect(await child.ended).toMatchObject({ signal: 'SIGKILL', stdout: 'waiting\n' });
    });

    test('the signals of the profiler do not end the wait', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'io-selectors-'));
      onTestFinished(() => rmSync(directory, { recursive: true }));
      const options = ['--cpu-prof', `--cpu-prof-dir=${directory}`, '--cpu-prof-interval=1000'];
      const child = await startWaiting({ backend, onInterrupt, timeoutMs: WAIT_MS, options });
      const { outcome, elapsedMs } = await child.waited();
      expect(outcome).toBe(0);
      expect(elapsedMs).toBeGreaterThanOrEqual(WAIT_MS);
      expect(readdirSync(directory).some((name) => name.endsWith('.cpuprofile'))).toBe(true);
    });
  });

  test("onInterrupt: 'throw' passes on the EINTR, although the handler has SA_RESTART", async () => {
    const child = await startWaiting({ backend, onInterrupt: 'throw', listenTo, timeoutMs: null });
    await child.signal(listenTo);
    const { outcome, heard } = await child.waited();
    expect(outcome).toEqual(['EINTR', SYSCALLS[backend]]);
    expect(heard).toBe(1);
  });

  test("onInterrupt: 'return' returns no events, and the listener runs", async () => {
    const child = await startWaiting({ backend, onInterrupt: 'return', listenTo: 'SIGTERM', timeoutMs: null });
    await child.signal('SIGTERM');
    const { outcome, heard } = await child.waited();
    expect(outcome).toBe(0);
    expect(heard).toBe(1);
  });

  test.each(['return', 'throw'] as const)("onInterrupt: '%s' without a signal changes nothing", (onInterrupt) => {
    const selector = open(Selector, { onInterrupt });
    const start = performance.now();
    expect(selector.select(30)).toEqual([]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(30);
    const key = selector.register(pipe()[1], EVENT_WRITE);
    expectReady(selector, [[key, EVENT_WRITE]]);
  });

  test("a child that ends interrupts a wait with onInterrupt: 'throw'", async () => {
    const before = "(await import('node:child_process')).spawn('sleep', ['1000']);";
    const child = await startWaiting({ backend, onInterrupt: 'throw', timeoutMs: null, before });
    await child.endChild();
    expect((await child.waited()).outcome).toEqual(['EINTR', SYSCALLS[backend]]);
  });

  test("SIGCONT interrupts only epoll, as onInterrupt: 'throw' shows", async () => {
    const child = await startWaiting({ backend, onInterrupt: 'throw', timeoutMs: WAIT_MS });
    await child.signal('SIGSTOP');
    await stopped(child.process.pid);
    child.process.kill('SIGCONT');
    expect((await child.waited()).outcome).toEqual(backend === 'epoll' ? ['EINTR', 'epoll_wait'] : 0);
  });
});
