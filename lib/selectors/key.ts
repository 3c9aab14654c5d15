import { inspect } from 'node:util';
import { describeEvents } from '../calls/describe-mask.js';
import type { FileObject } from '../core/file-object.js';
import { shortly, show } from '../core/inspect.js';

/** A registration. Frozen; every `modify()` makes a new one. */
export class SelectorKey<D = unknown> {
  /** What was registered: a number or an object. */
  readonly fileObject: FileObject;
  /** Its descriptor at that time. */
  readonly fd: number;
  /** EVENT_* bits asked for. */
  readonly events: number;
  /** Whatever the caller attached, such as a callback or a connection. */
  readonly data: D;

  constructor(fileObject: FileObject, fd: number, events: number, data: D) {
    this.fileObject = fileObject;
    this.fd = fd;
    this.events = events;
    this.data = data;
    Object.freeze(this);
  }

  /** @internal */
  [inspect.custom](): object {
    const { fileObject, fd, events, data } = this;
    return show(this, () => ({ fileObject: shortly(fileObject), fd, events: describeEvents(events), data }));
  }
}
