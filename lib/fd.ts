/// <reference lib="esnext.disposable" preserve="true" />
export { getDescriptorLimit, setDescriptorLimit } from './descriptors/descriptor-limit.js';
export { type EventFd, eventfd } from './descriptors/eventfd.js';
export { close, dup, dup2, getBlocking, read, setBlocking, write } from './descriptors/fd.js';
export { type ExitStatus, type PidFd, pidfd } from './descriptors/pidfd.js';
export { pipe } from './descriptors/pipe.js';
export { type Signals, signals } from './descriptors/signals.js';
export { type TimerFd, timerfd } from './descriptors/timerfd.js';
