import { expect, test } from 'vitest';
import { has } from './capability.js';

// A capability that were lost by mistake would leave its tests out.

test.runIf(process.platform === 'linux')('on Linux, every build has what POSIX has', () => {
  const { pipe, signals, descriptorLimit, unixSockets, pathFlag, proc } = has;
  expect({ pipe, signals, descriptorLimit, unixSockets, pathFlag, proc }).toEqual({
    pipe: true,
    signals: true,
    descriptorLimit: true,
    unixSockets: true,
    pathFlag: true,
    proc: true,
  });
});

test.runIf(has.linuxBuild)('a build for Linux has what Linux has', () => {
  const { rdhup, eventfd, timerfd, pidfd } = has;
  expect({ rdhup, eventfd, timerfd, pidfd }).toEqual({ rdhup: true, eventfd: true, timerfd: true, pidfd: true });
});
