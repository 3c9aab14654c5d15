import { expect, test } from 'vitest';
import { callTools } from '../support/callables.js';
import { has } from '../support/capability.js';
import { type Fault, inFaultyChild } from './fault.js';
import { faultSteps, type Steps } from './steps.js';

const F_SETFD = 2;
const F_SETFL = 4;

type Row = [call: string, errors: string[], more?: Partial<Fault>];

/** The calls of linux.cc, and those of posix.cc, which sets the flags of a new descriptor by calls of their own. */
const OF_SYSTEM: Row[] = has.linuxBuild
  ? [
      ['eventfd', ['EMFILE', 'ENFILE', 'ENOMEM']],
      ['pipe2', ['EMFILE', 'ENFILE']],
      ['accept4', ['EMFILE', 'ENFILE', 'ENOMEM']],
      // A descriptor whose file cannot be identified is closed all the same.
      ['statx', ['ENOMEM', 'ENOSYS', 'EPERM']],
    ]
  : [
      ['pipe', ['EMFILE', 'ENFILE']],
      ['accept', ['EMFILE', 'ENFILE', 'ENOMEM']],
      ['fcntl', ['EPERM'], { operation: F_SETFD }],
      ['fcntl', ['EPERM'], { operation: F_SETFL }],
      ['fstat64', ['ENOMEM', 'EOVERFLOW']],
    ];

const FAULTS: Row[] = [
  ...OF_SYSTEM,
  ['epoll_create1', ['EMFILE', 'ENFILE', 'ENOMEM']],
  // EPOLL_CTL_ADD and EPOLL_CTL_MOD. EPOLL_CTL_DEL allocates nothing.
  ['epoll_ctl', ['ENOMEM', 'ENOSPC'], { operation: 1 }],
  ['epoll_ctl', ['ENOMEM'], { operation: 3 }],
  ['epoll_wait', ['EINTR', 'ENOMEM'], { allThreads: true }],
  ['poll', ['EINTR', 'ENOMEM'], { allThreads: true }],
  ['select', ['EINTR', 'ENOMEM'], { allThreads: true }],
  ['dup3', ['EBUSY', 'EINTR', 'EMFILE']],
  ['socket', ['EMFILE', 'ENFILE', 'ENOMEM']],
  ['socketpair', ['EMFILE', 'ENFILE']],
  ['timerfd_create', ['EMFILE', 'ENOMEM']],
  ['timerfd_settime', ['EINVAL']],
  ['pidfd_open', ['EMFILE', 'ENOMEM']],
  ['sigaction', ['EINVAL']],
  ['pthread_create', ['EAGAIN'], { allCallers: true }],
];

/** Operations of other builds would not reach these. */
const NEEDS: [isThere: boolean, calls: RegExp][] = [
  [has.poll, /^poll$/],
  [has.epoll, /^(epoll_|dup3)/],
  [has.timerfd, /^timerfd_/],
  [has.pidfd, /^pidfd_/],
];
const reached = FAULTS.filter(([call]) => NEEDS.every(([isThere, calls]) => isThere || !calls.test(call)));

test.runIf(has.compiler).each(reached)(
  'if %s fails at any step of an operation, nothing is lost and no descriptor is left behind',
  async (call, errors, more = {}) => {
    const { wrong, faults } = await inFaultyChild(
      { ...more, call, errors },
      async (io, { errors, ...fault }, { faultSteps, openFaults, openNumbers, outcomeOf }) => {
        const { readlinkSync } = process.getBuiltinModule('node:fs');
        const faults = openFaults();
        const wrong: string[] = [];
        let count = 0;
        for (const error of errors) {
          for (const steps of faultSteps(io)) {
            for (let first = 1; first <= 50; first++) {
              if (!(await attempt(steps, error, first, 1))) break;
              // If all its calls were interrupted, a helper thread's wait would never end.
              if (error !== 'EINTR') await attempt(steps, error, first, -1);
            }
          }
        }
        return { wrong, faults: count };

        /** Whether the operation made such a call. */
        async function attempt(steps: Steps, error: string, first: number, times: number) {
          const { name, make, act, state, check } = steps;
          const which = `call ${first}${times < 0 ? ' and all others' : ''}`;
          const complain = (what: string) => wrong.push(`${name}, ${error} at ${which}: ${what}`);
          const start = openNumbers();
          const made = make();
          const apply = (step?: (made: never) => unknown): unknown => step && Reflect.apply(step, undefined, [made]);
          const before = JSON.stringify(apply(state));
          const numbers = openNumbers();
          faults.start({ ...fault, error, first, times });
          const outcome = await outcomeOf(() => apply(act));
          const { failed } = faults.stop();
          if (failed > 0) count++;
          if (outcome.threw) {
            const { code, syscall } = Object(outcome.error);
            if (code !== error || typeof syscall !== 'string') complain(String(outcome.error));
            if (JSON.stringify(apply(state)) !== before) complain('has changed something');
            if (state === undefined && String(openNumbers()) !== String(numbers)) complain('left or took a descriptor');
          }
          const checked = await outcomeOf(() => apply(check));
          if (checked.threw) complain(String(checked.error));
          const closed = await outcomeOf(() => made.close());
          if (closed.threw) complain(`close: ${String(closed.error)}`);
          // Objects that were collected meanwhile do not count.
          const left = openNumbers().filter((number) => !start.includes(number));
          if (left.length > 0) complain(`left ${left.map((number) => readlinkSync(`/proc/self/fd/${number}`)).join()}`);
          for (const number of left) io.fd.close(number);
          return failed > 0;
        }
      },
      { faultSteps, ...callTools },
    );
    expect(wrong).toEqual([]);
    expect(faults).toBeGreaterThan(0);
  },
);
