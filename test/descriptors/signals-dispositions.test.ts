import { describe, expect, test } from 'vitest';
import { has } from '../support/capability.js';
import { blockedIn } from '../support/threads.js';
import { WAITS } from '../support/waiting.js';
import { saidBy, startWithSignals } from './signals.js';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;

describe.runIf(has.signals)('close() restores', () => {
  test.each(ENDING)('the default action: %s', async (name) => {
    const child = startWithSignals(`
      const object = fd.signals(['${name}']);
      kill('${name}');
      wait(object);
      object.close();
      say('survived');
      kill('${name}');
      io.select([], [], []);
    `);
    expect(await child.ended).toMatchObject({ signal: name, stdout: 'survived\n' });
  });

  test('the default action once the last of several objects is closed', async () => {
    const said = await saidBy(`
      const objects = [['SIGUSR2'], ['SIGHUP', 'SIGUSR2'], ['SIGUSR2']].map((names) => fd.signals(names));
      for (const each of objects) {
        say([caught('SIGHUP'), caught('SIGUSR2')]);
        each.close();
        each.close();
      }
      say([caught('SIGHUP'), caught('SIGUSR2')]);
    `);
    expect(said).toEqual([
      [true, true],
      [true, true],
      [false, true],
      [false, false],
    ]);
  });

  test('the listener from before, which is called meanwhile as well', async () => {
    const said = await saidBy(`
      let count = 0;
      process.on('SIGTERM', () => count++);
      const object = fd.signals(['SIGTERM']);
      kill('SIGTERM');
      wait(object);
      await heard('SIGTERM');
      say([object.read(), count]);
      object.close();
      kill('SIGTERM');
      await heard('SIGTERM');
      say(count);
      process.exit();
    `);
    expect(said).toEqual([[['SIGTERM'], 1], 2]);
  });

  test('SIG_IGN, which Node sets for SIGPIPE', async () => {
    const said = await saidBy(`
      const object = fd.signals(['SIGPIPE']);
      say(has('SigIgn', 'SIGPIPE'));
      kill('SIGPIPE');
      wait(object);
      say(object.read());
      object.close();
      say(has('SigIgn', 'SIGPIPE'));
    `);
    expect(said).toEqual([false, ['SIGPIPE'], true]);
  });
});

describe.runIf(has.signals)('an object that is not closed', () => {
  test('restores the default action and closes its descriptor when it is collected', async () => {
    const said = await saidBy(
      `
      const list = () => openCount();
      const before = list();
      (() => {
        for (let i = 0; i < 5; i++) fd.signals(['SIGUSR2']);
      })();
      say([caught('SIGUSR2'), list() - before]);
      for (let turn = 0; turn < 500 && list() > before; turn++) {
        gc();
        await setImmediate();
      }
      say([caught('SIGUSR2'), list() - before]);
      `,
      ['--expose-gc'],
    );
    expect(said).toEqual([
      // A pipe has two ends.
      [true, has.eventfd ? 5 : 10],
      [false, 0],
    ]);
  });

  test('is not collected while a selector has it', async () => {
    const said = await saidBy(
      `
      const selector = new io.DefaultSelector();
      selector.register(fd.signals(['SIGUSR2']), io.EVENT_READ);
      for (let turn = 0; turn < 50; turn++) {
        gc();
        await setImmediate();
      }
      kill('SIGUSR2');
      say(selector.select().map(({ key }) => key.fileObject.read()));
      `,
      ['--expose-gc'],
    );
    expect(said).toEqual([[['SIGUSR2']]]);
  });
});

describe.runIf(has.signals)('children', () => {
  test('are reaped by Node, whether they were started before or after', async () => {
    const said = await saidBy(`
      const before = spawn('cat');
      const object = fd.signals(['SIGCHLD']);
      before.stdin.end();
      say((await once(before, 'exit'))[0]);
      say(object.read());
      say((await once(spawn('false'), 'exit'))[0]);
      object.close();
      say((await once(spawn('false'), 'exit'))[0]);
    `);
    expect(said).toEqual([0, ['SIGCHLD'], 1, 1]);
  });

  test('have the default action for a signal that their parent catches', async () => {
    const said = await saidBy(`
      const object = fd.signals(['SIGTERM', 'SIGUSR2']);
      const child = spawn('sleep', ['60']);
      child.kill('SIGUSR2');
      say([(await once(child, 'exit'))[1], object.read()]);
    `);
    expect(said).toEqual([['SIGUSR2', []]]);
  });

  test('take SIGCHLD away from an object if they are the first, until signals() is called again', async () => {
    const said = await saidBy(`
      const object = fd.signals(['SIGCHLD']);
      await once(spawn('true'), 'close');
      say([object.read(), caught('SIGCHLD')]);
      const again = fd.signals(['SIGCHLD']);
      kill('SIGCHLD');
      wait(object);
      wait(again);
      say([object.read(), again.read()]);
      object.close();
      again.close();
      say(caught('SIGCHLD'));
    `);
    expect(said).toEqual([[[], false], [['SIGCHLD'], ['SIGCHLD']], false]);
  });

  test('do not if there was a listener before', async () => {
    const said = await saidBy(`
      process.on('SIGCHLD', () => {});
      const object = fd.signals(['SIGCHLD']);
      for (let i = 0; i < 3; i++) {
        await once(spawn('true'), 'close');
        say(object.read());
      }
      process.exit();
    `);
    expect(said).toEqual([['SIGCHLD'], ['SIGCHLD'], ['SIGCHLD']]);
  });
});

describe.runIf(has.signals)('a listener that is added later', () => {
  test('takes the signal over, and close() leaves it alone', async () => {
    const said = await saidBy(`
      const object = fd.signals(['SIGUSR2']);
      let count = 0;
      process.on('SIGUSR2', () => count++);
      kill('SIGUSR2');
      await heard('SIGUSR2');
      say([object.read(), count]);
      object.close();
      kill('SIGUSR2');
      await heard('SIGUSR2');
      say(count);
      process.exit();
    `);
    expect(said).toEqual([[[], 1], 2]);
  });

  test('shares the signal with objects from before and after once signals() is called again', async () => {
    const said = await saidBy(`
      const object = fd.signals(['SIGUSR2']);
      let count = 0;
      process.on('SIGUSR2', () => count++);
      const again = fd.signals(['SIGUSR2']);
      kill('SIGUSR2');
      await heard('SIGUSR2');
      say([object.read(), again.read(), count]);
      process.removeAllListeners('SIGUSR2');
      say(caught('SIGUSR2'));
    `);
    expect(said).toEqual([[['SIGUSR2'], ['SIGUSR2'], 1], false]);
  });
});

test.runIf(has.signals)('a signal ends a raw wait of the thread that it hits with EINTR', async () => {
  const child = startWithSignals(`
    const object = fd.signals(['SIGUSR2']);
    say('waiting');
    try {
      io.select([], [], []);
    } catch ({ code }) {
      say([code, object.read()]);
    }
  `);
  await child.printed('waiting');
  await blockedIn(String(child.process.pid), WAITS.select);
  child.process.kill('SIGUSR2');
  expect((await child.ended).stdout).toBe('waiting\n["EINTR",["SIGUSR2"]]\n');
});
