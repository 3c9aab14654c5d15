import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { type Child, startNode } from '../support/processes.js';
import { backends } from '../support/selectors.js';
import { blockedIn, stopped } from '../support/threads.js';
import { WAITS } from '../support/waiting.js';

const CLASSES = { select: 'SelectSelector', poll: 'PollSelector', epoll: 'EpollSelector' };
const SETTINGS = ['resume', 'return', 'throw'] as const;
const UNTOUCHED = (outcome: number) => Object.fromEntries(SETTINGS.map((onInterrupt) => [onInterrupt, outcome]));

/** A process with a selector for each setting and a listener for SIGUSR2. At the end it prints `result`. */
function startMain(backend: keyof typeof CLASSES, statements: string) {
  return startNode(`
    import { spawn } from 'node:child_process';
    import { writeSync } from 'node:fs';
    import * as io from 'io-selectors';
    import * as fd from 'io-selectors/fd';
    let heard = 0;
    process.on('SIGUSR2', () => heard++);
    const [readFd, writeFd] = fd.pipe();
    const selectors = ${JSON.stringify(SETTINGS)}.map((onInterrupt) => {
      const selector = new io.${CLASSES[backend]}({ onInterrupt });
      selector.register(readFd, io.EVENT_READ);
      return [onInterrupt, selector];
    });
    const waitInAll = async (timeoutMs) => {
      const start = performance.now();
      const waits = selectors.map(async ([onInterrupt, selector]) => [
        onInterrupt,
        await selector.selectAsync({ timeoutMs }).then(({ length }) => length, String),
      ]);
      writeSync(1, 'waiting;');
      const outcome = Object.fromEntries(await Promise.all(waits));
      return { outcome, elapsedMs: performance.now() - start, heard };
    };
    ${statements}
    writeSync(1, JSON.stringify(result));
    process.exit();
  `);
}

async function resultOf(child: Child) {
  const { stdout, stderr } = await child.ended;
  const text = stdout.replace('waiting;', '');
  if (text === '') throw new Error(stderr);
  return JSON.parse(text);
}

describe.runIf(has.signals).each(backends)('selectAsync of %s, with each setting of onInterrupt', (backend) => {
  test('goes on when signals with listeners arrive', async () => {
    const child = startMain(
      backend,
      `setInterval(() => heard >= 5 && fd.write(writeFd, 'x'), 1);
       const result = await waitInAll(null);`,
    );
    await child.printed('waiting');
    const timer = setInterval(() => child.process.kill('SIGUSR2'), 5);
    const { outcome, heard } = await resultOf(child).finally(() => clearInterval(timer));
    expect(outcome).toEqual(UNTOUCHED(1));
    expect(heard).toBeGreaterThanOrEqual(5);
  });

  test('goes on after SIGSTOP and SIGCONT', async () => {
    const child = startMain(backend, 'const result = await waitInAll(100);');
    await child.printed('waiting');
    await blockedIn(String(child.process.pid), WAITS.epoll);
    child.process.kill('SIGSTOP');
    await stopped(child.process.pid);
    child.process.kill('SIGCONT');
    const { outcome, elapsedMs } = await resultOf(child);
    expect(outcome).toEqual(UNTOUCHED(0));
    expect(elapsedMs).toBeGreaterThanOrEqual(100);
  });

  test('goes on when a child ends', async () => {
    const child = startMain(
      backend,
      `spawn('true').on('exit', () => {
         heard++;
         fd.write(writeFd, 'x');
       });
       const result = await waitInAll(null);`,
    );
    const { outcome, heard } = await resultOf(child);
    expect(outcome).toEqual(UNTOUCHED(1));
    expect(heard).toBe(1);
  });

  // A signal interrupts a system call that does not wait, too, if it comes while the kernel looks at descriptors.
  test('is neither ended nor prolonged by a storm of signals', async () => {
    const child = startMain(
      backend,
      `
      for (let i = 0; i < 400; i++) {
        const duplicate = fd.dup2(readFd, 500 + i);
        for (const [, selector] of selectors) selector.register(duplicate, io.EVENT_READ);
      }
      const storm = spawn(process.execPath, ['-e', \`
        setInterval(() => {
          for (let i = 0; i < 100; i++) process.kill(\${process.pid}, 'SIGUSR2');
        }, 1);
      \`]);
      await new Promise((resolve) => process.once('SIGUSR2', resolve));
      const result = {};
      const end = performance.now() + 500;
      for (let round = 0; performance.now() < end; round++) {
        for (const [onInterrupt, selector] of selectors) {
          const timeoutMs = round % 3;
          const start = performance.now();
          const wait = selector.selectAsync({ timeoutMs }).then(({ length }) => length, String);
          const hung = new Promise((resolve) => setTimeout(resolve, 4000, 'hung').unref());
          let outcome = await Promise.race([wait, hung]);
          if (outcome === 0 && performance.now() - start < timeoutMs) outcome = 'early';
          result[onInterrupt] ||= outcome;
        }
      }
      storm.kill('SIGKILL');`,
    );
    expect(await resultOf(child)).toEqual(UNTOUCHED(0));
  });
});
