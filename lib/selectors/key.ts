import type { FileObject } from '../file-object.js';

/** What is known of one registration. Frozen; every `modify()` makes a new one. */
export class SelectorKey<D = unknown> {
  /** What was registered: a number or an object. */
  readonly fileObject: FileObject;
  /** Its descriptor at that time. */
  readonly fd: number;
  /** EVENT_* bits asked for. */
  readonly events: number;
  /** Whatever the caller attached, as a callback or a connection. */
  readonly data: D;

  constructor(fileObject: FileObject, fd: number, events: number, data: D) {
    this.fileObject = fileObject;
    this.fd = fd;
    this.events = events;
    this.data = data;
    Object.freeze(this);
  }
}
