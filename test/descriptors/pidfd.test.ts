import { readFileSync } from 'node:fs';
import { select } from 'io-selectors';
import { pidfd, type PidFd } from 'io-selectors/fd';
import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { inChild } from '../support/child.js';
import { owned } from '../support/descriptors.js';
import { expectError, thrownBy } from '../support/errors.js';
import { untilReadable } from '../support/internet.js';
import { type Child, start } from '../support/processes.js';

const UNKNOWN = { exitCode: null, signal: null };

function watch({ process }: Child): PidFd {
  return owned(pidfd(process.pid!));
}

describe.runIf(has.pidfd)('a pidfd', () => {
  // Node reaps a child when its event loop turns. None of these tests turns it before the read.
  test.each([0, 1, 7, 255])('reads exit code %i', async (code) => {
    const child = start('sh', ['-c', `exit ${code}`]);
    const status = watch(child);
    untilReadable(status.fd);
    expect(status.read()).toEqual({ exitCode: code, signal: null });
    expect(status.read()).toEqual({ exitCode: code, signal: null });
    // The child is still there for Node to reap.
    expect(await child.ended).toMatchObject({ code, signal: null });
  });

  test.each<NodeJS.Signals>(['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1'])('reads %s', async (signal) => {
    const child = start('sleep', ['60']);
    const status = watch(child);
    expect(status.read()).toBeNull();
    child.process.kill(signal);
    untilReadable(status.fd);
    expect(status.read()).toEqual({ exitCode: null, signal });
    expect(await child.ended).toMatchObject({ code: null, signal });
  });

  test('reads a signal that dumps core', () => {
    const child = start('sh', ['-c', 'ulimit -c 0; kill -ABRT $$']);
    const status = watch(child);
    untilReadable(status.fd);
    expect(status.read()).toEqual({ exitCode: null, signal: 'SIGABRT' });
  });

  test('reads null while the process runs or is stopped', () => {
    const child = start('sleep', ['60']);
    const status = watch(child);
    expect(status.read()).toBeNull();
    child.process.kill('SIGSTOP');
    while (!/^State:\s*T/m.test(readFileSync(`/proc/${child.process.pid}/status`, 'utf8')));
    expect(status.read()).toBeNull();
    expect(select([status.fd], [], [], 0)[0]).toEqual([]);
  });

  test('knows only that a child has ended once that is reaped', async () => {
    const child = start('sh', ['-c', 'exit 7']);
    const status = watch(child);
    await child.ended;
    expect(status.read()).toEqual(UNKNOWN);
  });

  test('knows only that a process has ended if that is not a child', async () => {
    const parent = start('sh', ['-c', 'sleep 60 > /dev/null & echo $!; read line']);
    await parent.printed('\n');
    const pid = Number(parent.output());
    const status = owned(pidfd(pid));
    expect(status.read()).toBeNull();
    process.kill(pid, 'SIGKILL');
    untilReadable(status.fd);
    expect(status.read()).toEqual(UNKNOWN);
  });

  test('reads null for this process itself', () => {
    expect(owned(pidfd(process.pid)).read()).toBeNull();
  });

  test('can be read with a number past FD_SETSIZE', async () => {
    const result = await inChild(null, ({ FD_SETSIZE, fd: { dup, pidfd: watchProcess, pipe } }) => {
      const [end] = pipe();
      while (dup(end) < FD_SETSIZE);
      const status = watchProcess(process.pid);
      return { past: status.fd > FD_SETSIZE, read: status.read() };
    });
    expect(result).toEqual({ past: true, read: null });
  });

  test('is closed once, and read() throws ERR_CLOSED afterwards', () => {
    const status = owned(pidfd(process.pid));
    status.close();
    status.close();
    status[Symbol.dispose]();
    expect(status.fd).toBe(-1);
    expectError(() => status.read(), 'ERR_CLOSED');
  });
});

test.runIf(has.pidfd)('a pid without a process fails with ESRCH', () => {
  // Larger than any pid of Linux.
  expect(thrownBy(() => pidfd(2 ** 31 - 1))).toMatchObject({
    message: 'ESRCH: no such process, pidfd_open',
    code: 'ESRCH',
    errno: -3,
    syscall: 'pidfd_open',
  });
});

test.each([
  ...['1', true, 1n, null, undefined, {}].map((pid) => [pid, 'ERR_INVALID_ARG_TYPE', TypeError] as const),
  ...[0, -1, 1.5, NaN, Infinity, 2 ** 31].map((pid) => [pid, 'ERR_OUT_OF_RANGE', RangeError] as const),
])('a pid must not be %o: %s', (pid, code, type) => {
  expectError(() => Reflect.apply(pidfd, undefined, [pid]), code, { type });
});
