import type { RegisterOptions, SelectorKey } from 'io-selectors';
import { ALL_EVENTS, EDGE, ERR, EXCLUSIVE, eventsOf, HUP, IN, ONESHOT, OUT, UNASKED, WAKEUP } from './bits.js';
import type { File } from './file.js';
import { type Bounds, type Certainty, Model, OK, type Outcome, refused, type Registration } from './model.js';
import type { Truth } from './truth.js';
import type { World } from './world.js';

const ALL = 0xffff;
const EXCLUSIVE_ALLOWS = IN | OUT | ERR | HUP | WAKEUP | EDGE | EXCLUSIVE;

/** The state of a registration that only epoll has. */
interface Entry {
  /** Whether the kernel surely has the entry: a rebuild loses one whose number means another file. */
  certain: boolean;
  /** False once a one-shot registration has fired. */
  armed: Certainty;
  /** Edge-triggered: bits that must be reported once they are ready. */
  news: number;
  /** Edge-triggered: the file's activity at the last report; -1 if the report may be repeated in any case. */
  seen: number;
  /** Exclusive, and another exclusive entry for the file may take the wake-up. */
  contended: boolean;
}

/** epoll: the kernel's entries are pairs of a number and an open file description, and live as long as the latter. */
export class EpollModel extends Model {
  readonly backend = 'epoll';
  readonly #ready: boolean;
  readonly #entries = new WeakMap<Registration, Entry>();
  /** Entries that the set may have without a registration. */
  #stale: { fd: number; file: File }[] = [];
  #wasStale = false;
  #last: Truth | undefined;

  constructor(world: World, unpollable: 'throw' | 'ready') {
    super(world);
    this.#ready = unpollable === 'ready';
  }

  override options(given: RegisterOptions | undefined): RegisterOptions | undefined {
    return given;
  }

  override mask(events: number, options: RegisterOptions | undefined): number {
    const bits =
      (options?.trigger === 'edge' ? EDGE : 0) |
      (options?.oneShot === true ? ONESHOT : 0) |
      (options?.exclusive === true ? EXCLUSIVE : 0);
    return (super.mask(events, options) | bits) >>> 0;
  }

  override registerOutcome(fd: number, file: File | undefined, mask: number): Outcome {
    const outcome = super.registerOutcome(fd, file, mask);
    if (outcome !== OK || file === undefined) {
      return isRefused(mask) ? { ...outcome, codes: [...outcome.codes, 'EINVAL'] } : outcome;
    }
    if (file.isUnpollable) {
      if (isRefused(mask)) return { ok: this.#ready, codes: ['EPERM', 'EINVAL'] };
      return this.#ready ? OK : refused('EPERM');
    }
    if (isRefused(mask)) return refused('EINVAL');
    return file.kind === 'epoll' ? { ok: true, codes: ['EINVAL', 'ELOOP'] } : OK;
  }

  override modifyOutcome(registration: Registration, mask: number): Outcome {
    const { key, file } = registration;
    const current = this.world.fileAt(key.fd);
    if (!this.#makesCall(registration, mask)) return OK;
    const exclusive = ((registration.mask | mask) & EXCLUSIVE) !== 0;
    if (file.isUnpollable) {
      return { ok: true, codes: current === file && !exclusive ? [] : ['EBADF', 'ENOENT', 'EPERM', 'EINVAL'] };
    }
    if (current === undefined) return refused('EBADF', 'EINVAL');
    if (exclusive) return refused('EINVAL', ...(current === file ? [] : ['ENOENT', 'EPERM']));
    if (current.isUnpollable) return refused('EPERM');
    const isAdopted = this.#isStale(key.fd, current);
    if (current.kind === 'epoll') {
      return { ok: file.kind === 'epoll' || isAdopted, codes: ['EINVAL', 'ENOENT', 'ELOOP'] };
    }
    if (current === file) return { ok: true, codes: this.#entry(registration).certain ? [] : ['ENOENT'] };
    return { ok: isAdopted, codes: ['ENOENT'] };
  }

  override registered(registration: Registration): void {
    super.registered(registration);
    this.#entries.set(registration, { certain: true, armed: 'yes', news: ALL, seen: -1, contended: false });
    this.#forgetStale(registration.key.fd, registration.file);
  }

  override modified(registration: Registration, key: SelectorKey<number>, options: RegisterOptions | undefined): void {
    const mask = this.mask(key.events, options);
    const makesCall = this.#makesCall(registration, mask);
    // Bits that only flags asked for may have used up an edge: it is repeated if the number still means its file.
    const repeats = (mask & EDGE) !== 0 && (key.events & ~registration.key.events) !== 0;
    super.modified(registration, key, options);
    const entry = this.#entry(registration);
    if (repeats) Object.assign(entry, { news: this.#isLost(registration) ? entry.news : ALL, seen: -1 });
    if (!makesCall) return;
    Object.assign(entry, { armed: 'yes', news: ALL, seen: -1 });
    const current = this.world.fileAt(key.fd);
    if (current === undefined || current === registration.file || registration.file.isUnpollable) return;
    this.#addStale(key.fd, registration.file);
    this.#forgetStale(key.fd, current);
    registration.file = current;
    this.#entry(registration).certain = true;
  }

  override unregistered(registration: Registration): void {
    super.unregistered(registration);
    const { key, file } = registration;
    const current = this.world.fileAt(key.fd);
    if (current !== undefined && !file.isUnpollable) this.#forgetStale(key.fd, current);
    if ((current !== file && !file.isUnpollable) || file.kind === 'epoll') this.#addStale(key.fd, file);
  }

  /** A registration whose number was closed and unregistered while its file stays open. */
  littered(fd: number, file: File): void {
    this.#addStale(fd, file);
  }

  override observe(truth: Truth): void {
    const { registrations } = this;
    for (const registration of registrations.values()) {
      const entry = this.#entry(registration);
      const { file, key, mask } = registration;
      if (this.#last !== undefined) entry.news |= truth.ofFile(file) & ~this.#last.ofFile(file);
      // The kernel finds an entry by number and file: if the number means another file, the entry cannot be changed.
      const isUnasked = (eventsOf('epoll', truth.ofFile(file) & ((mask & ALL) | UNASKED)) & key.events) === 0;
      if (this.#isLost(registration) && (file.isUnpollable || isUnasked)) entry.certain = false;
      if (mask & EXCLUSIVE && this.#isContended(registration)) entry.contended = true;
    }
    this.#last = truth;
  }

  override waits(): void {
    this.#prune();
    // The rebuild comes one wait after the stale entry that causes it.
    const isStale = this.#stale.length > 0 || [...this.registrations.values()].some((each) => this.#isInTheWay(each));
    if (isStale || this.#wasStale) this.#mayRebuild();
    this.#wasStale = isStale;
  }

  /** How many entries a number may have, and how many it must have. */
  entries(fd: number): [fewest: number, most: number] {
    this.#prune();
    const stale = this.#stale.filter((each) => each.fd === fd).length;
    const registration = this.registrations.get(fd);
    if (registration?.file.kind === 'epoll') return [0, stale + 1];
    if (registration === undefined || !registration.file.isOpen || registration.file.isUnpollable) return [0, stale];
    const { certain, armed } = this.#entry(registration);
    return [certain && armed === 'yes' ? 1 : 0, stale + 1];
  }

  override reported({ registration, activity }: Bounds): void {
    const entry = this.#entry(registration);
    if (registration.mask & ONESHOT) entry.armed = 'no';
    entry.news = 0;
    entry.seen = activity;
  }

  override repeatable({ registration }: Bounds): void {
    const entry = this.#entry(registration);
    if (registration.mask & ONESHOT) entry.armed = 'maybe';
    entry.news = 0;
    entry.seen = -1;
  }

  override lost({ registration }: Bounds): void {
    const entry = this.#entry(registration);
    entry.news = ALL;
    entry.seen = -1;
    if (this.#isLost(registration)) entry.certain = false;
  }

  protected override bounds(registration: Registration, before: Truth, after: Truth): Bounds {
    const { key, mask, file } = registration;
    const filter = (mask & ALL) | UNASKED;
    const answer = { registration, asked: ALL_EVENTS, activity: file.activity };
    // A selector may have left the epoll behind in a rebuild: then it is ready for reasons of its own.
    if (file.kind === 'epoll') return { ...answer, must: false, may: true, low: 0, high: filter };
    const watched = this.#watched(registration);
    const [first, second] = watched === undefined ? [0, 0] : [before.ofFile(watched), after.ofFile(watched)];
    const low = first & second & filter;
    const high = (first | second) & filter;
    const told = mask & EDGE ? low & this.#entry(registration).news : low;
    return {
      ...answer,
      must: this.#isSure(registration) && (eventsOf('epoll', told) & key.events) !== 0,
      may: this.#mayReport(registration) && (eventsOf('epoll', high) & key.events) !== 0,
      low,
      high,
    };
  }

  protected override closed(): number[] {
    return [];
  }

  /** Whether libuv's epoll can watch this one: the kernel limits the levels and the wake-up paths to one file. */
  protected override isRefusable(): boolean {
    const files = [...this.#stale, ...this.registrations.values()].map(({ file }) => file);
    const most = Math.max(0, ...files.map((file) => files.filter((each) => each === file).length));
    return most >= 500 || files.some(({ kind }) => kind === 'epoll');
  }

  #entry(registration: Registration): Entry {
    const entry = this.#entries.get(registration);
    if (entry === undefined) throw new Error('not registered');
    return entry;
  }

  /** Whether the number of a registration means another file by now, or none. */
  #isLost({ key, file }: Registration): boolean {
    return this.world.fileAt(key.fd) !== file;
  }

  /** Whether it may report unasked events that the selector cannot turn off. */
  #isInTheWay(registration: Registration): boolean {
    return this.#isLost(registration) && registration.file.isOpen && !this.#entry(registration).certain;
  }

  /** Whether modify() makes a system call. */
  #makesCall(registration: Registration, mask: number): boolean {
    return mask !== registration.mask || (mask & ONESHOT) !== 0;
  }

  /** The file whose readiness counts, if any. */
  #watched({ key, file }: Registration): File | undefined {
    if (!file.isUnpollable) return file.isOpen ? file : undefined;
    // An unpollable file is asked by number with poll(2). A file that epoll accepts is not the registered one.
    const current = this.world.fileAt(key.fd);
    return current?.isUnpollable === true ? current : undefined;
  }

  #isSure(registration: Registration): boolean {
    const { certain, armed, contended } = this.#entry(registration);
    return certain && armed === 'yes' && !contended;
  }

  #mayReport(registration: Registration): boolean {
    const { armed, news, seen } = this.#entry(registration);
    const { mask, file } = registration;
    if (mask & ONESHOT && armed === 'no') return false;
    if ((mask & EDGE) === 0 || news !== 0 || file.activity > seen) return true;
    // TCP acknowledgements come at any time. Unpollable files are asked with poll(2), which has no edges.
    return file.kind === 'tcp' || file.isUnpollable;
  }

  #isContended(registration: Registration): boolean {
    const { file } = registration;
    if (this.#stale.some((each) => each.file === file)) return true;
    return [...this.registrations.values()].some(
      (other) => other !== registration && other.file === file && (other.mask & EXCLUSIVE) !== 0,
    );
  }

  /** With a stale entry in the set the selector may rebuild it, which repeats edges. */
  #mayRebuild(): void {
    for (const registration of this.registrations.values()) {
      const entry = this.#entry(registration);
      if (this.#isLost(registration)) entry.certain = false;
      entry.seen = -1;
    }
  }

  #prune(): void {
    this.#stale = this.#stale.filter(({ file }) => file.isOpen);
  }

  #isStale(fd: number, file: File): boolean {
    return this.#stale.some((each) => each.fd === fd && each.file === file);
  }

  #addStale(fd: number, file: File): void {
    if (!file.isOpen) return;
    this.#forgetStale(fd, file);
    this.#stale.push({ fd, file });
    this.#mayRebuild();
  }

  #forgetStale(fd: number, file: File): void {
    // All epolls that a selector has had are one file here: another one may have left the entry.
    if (file.kind === 'epoll') return;
    this.#stale = this.#stale.filter((each) => each.fd !== fd || each.file !== file);
  }
}

/** Whether the kernel refuses this mask with EPOLLEXCLUSIVE. */
function isRefused(mask: number): boolean {
  return (mask & EXCLUSIVE) !== 0 && (mask & ~EXCLUSIVE_ALLOWS) !== 0;
}
