/// <reference lib="esnext.disposable" preserve="true" />
export * from './calls/constants.js';
export { describeMask } from './calls/describe-mask.js';
export { Epoll } from './calls/epoll.js';
export { EpollEventList } from './calls/epoll-event-list.js';
export type { SystemError } from './core/errors.js';
export type { FileObject, NodeHandleOwner } from './core/file-object.js';
export { Poll } from './calls/poll.js';
export { select } from './calls/select.js';
export { BaseSelector } from './selectors/base.js';
export { availableBackends, DefaultSelector } from './selectors/default.js';
export { EpollSelector } from './selectors/epoll.js';
export { SelectorKey } from './selectors/key.js';
export type { Features, RegisterOptions, SelectorOptions } from './selectors/options.js';
export { PollSelector } from './selectors/poll.js';
export type { ReadyEvent } from './selectors/ready-event.js';
export { SelectSelector } from './selectors/select.js';
export { Waker } from './descriptors/waker.js';
