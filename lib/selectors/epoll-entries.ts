import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLONESHOT,
} from '../calls/constants.js';
import { EpollSet } from '../calls/epoll-set.js';
import { EBADF, EEXIST, EINVAL, ELOOP, ENOENT, EPERM } from '../core/errno.js';
import { grown, lengthFor } from '../core/growth.js';
import { registrations } from '../core/registrations.js';
import { generationsOf } from './epoll-fdinfo.js';

/** The mask of a one-shot entry that was disarmed by hand. Only an error or a hang-up can still fire it, once. */
const DISARMED = (EPOLLET | EPOLLONESHOT) >>> 0;

/** What epoll_ctl answers if the number is closed, or means a file that has no entry or that epoll refuses. */
const NOT_THERE: ReadonlySet<number> = new Set([EBADF, EINVAL, ELOOP, ENOENT, EPERM]);

/** An event of a registration. */
interface EntryEvent {
  readonly events: number;
  readonly fd: number;
  readonly generation: number;
}

/** An event that a thread has taken: its bits, its descriptor and its generation. */
const taken = new Uint32Array(3);

/**
 * The entries of a selector in the kernel's epoll, by descriptor: for each the mask, and a generation that tells
 * one registration of a number from the next. Results are 0 or -errno; a call that fails has changed nothing.
 */
export class EpollEntries {
  readonly set = EpollSet.create(EPOLL_CLOEXEC, registrations.counts);
  #masks = new Uint32Array(64);
  /** The generation of each descriptor; 0 if it is not registered. */
  #generations = new Uint32Array(64);
  #lastGeneration = 0;
  /** Whether a one-shot entry may have been armed since the last wait. */
  armedSinceWait = false;
  /** One-shot entries that have not fired since they were registered or modified. */
  readonly #armed = new Set<number>();
  /** One-shot entries that have the mask DISARMED. */
  readonly #disarmedByUs = new Set<number>();
  /** The masks that the kernel has for muted entries. */
  readonly #muted = new Map<number, number>();
  /** Numbers for which the kernel may have an entry without a registration, which could not be removed. */
  readonly #unremoved = new Set<number>();
  /** How many registrations are exclusive. */
  #exclusive = 0;
  /** An event that was taken from an entry which cannot be asked for it again. */
  #kept: EntryEvent | undefined;
  /** By descriptor, the generation at the last wait, for registrations that have got a new one since. */
  readonly #replaced = new Map<number, number>();

  generation(fd: number): number {
    return this.#generations[fd];
  }

  mask(fd: number): number {
    return this.#masks[fd];
  }

  add(fd: number, mask: number): number {
    const generation = this.#nextGeneration();
    let result = this.set.ctl(EPOLL_CTL_ADD, fd, mask, fd, generation);
    if (result === EEXIST) {
      // No registration has this entry: it is stale, and the number means its open file again.
      this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
      result = this.set.ctl(EPOLL_CTL_ADD, fd, mask, fd, generation);
    }
    if (result === 0) this.record(fd, mask, generation);
    return result;
  }

  /** Records a registration. Used alone for a file that epoll refuses. */
  record(fd: number, mask: number, generation = this.#nextGeneration()): void {
    if (fd >= this.#masks.length) this.#grow(fd);
    this.#generations[fd] = generation;
    this.#setMask(fd, mask);
  }

  /** @param repeat whether to report edges again that were reported before */
  change(fd: number, mask: number, repeat: boolean): number {
    const old = this.#masks[fd];
    if (mask === old && (mask & EPOLLONESHOT) === 0) {
      if ((repeat && (mask & EPOLLET) !== 0) || this.#muted.has(fd)) this.#restore(fd);
      return 0;
    }
    if ((old | mask) & EPOLLEXCLUSIVE) return EINVAL;
    const result = this.#modify(fd, mask);
    if (result === 0) this.#setMask(fd, mask);
    return result;
  }

  /** Removes an entry, if its number still means the same file. */
  remove(fd: number): void {
    // The kernel cannot find it by this number if the descriptor was closed, or the number is another file's by
    // now.
    if (this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0) !== 0) this.#unremoved.add(fd);
    this.erase(fd);
  }

  /** Undoes `record`. */
  erase(fd: number): void {
    this.#generations[fd] = 0;
    this.#replaced.delete(fd);
    this.#setMask(fd, 0);
  }

  /** Call this before every wait: from here on the events of the last one no longer count. */
  startWait(): void {
    this.armedSinceWait = false;
    if (this.#replaced.size > 0) this.#replaced.clear();
  }

  /** Whether it is the generation that fd's registration had at the last wait, and that was replaced since. */
  isEarlierGeneration(fd: number, generation: number): boolean {
    return this.#replaced.get(fd) === generation;
  }

  /** Whether an event may have disarmed an entry, or come from a disarmed one. */
  get mayHaveDisarmed(): boolean {
    return this.#armed.size > 0 || this.#disarmedByUs.size > 0;
  }

  isArmed(fd: number): boolean {
    return this.#armed.has(fd);
  }

  /** Notes that a one-shot entry can fire again. */
  arm(fd: number): void {
    if ((this.#masks[fd] & EPOLLONESHOT) === 0) return;
    this.#armed.add(fd);
    this.armedSinceWait = true;
  }

  /** Notes that the kernel has disarmed an entry by reporting it. Whether it was armed. */
  disarm(fd: number): boolean {
    return this.#armed.delete(fd);
  }

  /**
   * Keeps an entry from reporting the same bits again, none of which was asked for: removes them from its mask
   * until `unmute`. Errors and hang-ups cannot be masked, so the entry becomes edge-triggered instead: it is
   * reported once more, and then only on a new event.
   *
   * @returns false if the entry cannot be muted, because its number means another file by now
   */
  mute(fd: number, revents: number): boolean {
    const mask = this.#masks[fd];
    if ((mask & EPOLLET) !== 0 && (mask & EPOLLONESHOT) === 0) return true;
    const current = this.#muted.get(fd) ?? mask;
    // Being reported once more would use up a one-shot entry.
    const isRepeated = (revents & (EPOLLERR | EPOLLHUP)) !== 0;
    const wanted = ((isRepeated ? (current | EPOLLET) & ~EPOLLONESHOT : current) & ~revents) >>> 0;
    this.arm(fd);
    if (wanted === current) return true;
    if (!this.#modifyIfOwn(fd, wanted)) return false;
    this.#muted.set(fd, wanted);
    return true;
  }

  unmute(): void {
    for (const fd of this.#muted.keys()) {
      const isFired = (this.#masks[fd] & EPOLLONESHOT) !== 0 && !this.#armed.has(fd);
      if (!isFired) this.#restore(fd);
      else if ((this.#muted.get(fd)! & EPOLLONESHOT) === 0) this.#disarmEntry(fd);
    }
    this.#muted.clear();
  }

  /**
   * Watches the set: see `EpollSet.watch`. The thread of an exclusive watch takes an event, which cannot be given back
   * to a muted entry: asked for everything again, that would fire at once.
   */
  watch(found: () => void, changed: () => void, ref: boolean): void {
    this.set.watch(found, changed, ref, this.#exclusive > 0 && this.#muted.size === 0);
  }

  stopWatching(): void {
    this.set.stopWatching();
    this.requeueTaken();
  }

  /** Has the next wait report again what the thread of an exclusive watch has taken, if that is still ready. */
  requeueTaken(): void {
    if (!this.set.takeEvent(taken)) return;
    const [events, fd, generation] = taken;
    if (this.#generations[fd] !== generation || this.#isDisarmed(fd)) return;
    if (!this.requeue(fd)) this.#kept = { events, fd, generation };
  }

  /** An event that was taken and that the next wait cannot find, as its number is closed, or another file's by now. */
  get kept(): EntryEvent | undefined {
    if (this.#kept !== undefined && this.#generations[this.#kept.fd] !== this.#kept.generation) this.#kept = undefined;
    return this.#kept;
  }

  /** The kept event was reported. */
  dropKept(): void {
    this.#kept = undefined;
  }

  /**
   * Has the next wait report an entry again if it is still ready.
   * @returns false if its number is closed, or another file's by now
   */
  requeue(fd: number): boolean {
    return (this.#masks[fd] & (EPOLLET | EPOLLONESHOT)) === 0 || this.#restore(fd);
  }

  /**
   * Moves all entries to a new epoll instance under the number of the old one. Entries without a registration stay
   * behind. Nothing else can remove an entry whose number means another file by now.
   *
   * @returns false if there is no descriptor or memory to spare; nothing has changed then
   */
  rebuild(): boolean {
    const fresh = EpollSet.tryCreate(EPOLL_CLOEXEC, registrations.counts);
    if (fresh === undefined) return false;
    const present = this.#present();
    const isCopied = (fd: number) => fresh.ctl(EPOLL_CTL_ADD, fd, this.#maskNow(fd), fd, this.#generations[fd]) === 0;
    if (present === undefined || !present.every(isCopied)) {
      fresh.close();
      return false;
    }
    if (!this.set.replaceBy(fresh)) return false;
    for (const fd of present) {
      if (this.#isDisarmed(fd)) this.#disarmedByUs.add(fd);
      this.#muted.delete(fd);
    }
    this.#unremoved.clear();
    return true;
  }

  close(): void {
    this.set.close();
  }

  /**
   * The descriptors that the kernel has an entry for and that still mean the file of that entry: a rebuild must not
   * start to watch another file. undefined if that cannot be found out now.
   */
  #present(): number[] | undefined {
    const present: number[] = [];
    const ambiguous: number[] = [];
    for (let fd = 0; fd < this.#masks.length; fd++) {
      if (this.#generations[fd] === 0) continue;
      if (this.#unremoved.has(fd)) {
        ambiguous.push(fd);
        continue;
      }
      const answer = this.#hasEntry(fd);
      if (answer === undefined) return undefined;
      if (answer) present.push(fd);
    }
    if (ambiguous.length === 0) return present;
    const ours = this.#ownOf(ambiguous, (fd) => this.#muted.get(fd) ?? this.#maskNow(fd));
    return ours === undefined ? undefined : [...present, ...ours];
  }

  /** Of descriptors that may have several entries, those whose number still means the file they were registered for. */
  #ownOf(fds: number[], maskOf: (fd: number) => number): number[] | undefined {
    const before = generationsOf(this.set.fd);
    if (before === undefined) return undefined;
    const old = new Map(fds.map((fd) => [fd, this.#generations[fd]]));
    const isThere = (fd: number, all: typeof before) => all.get(fd)?.has(old.get(fd)!) === true;
    const candidates = fds.filter((fd) => isThere(fd, before));
    // The entry whose generation changes is that of the file which has the number now.
    const answers = candidates.map((fd) => this.#modifyNow(fd, maskOf(fd)));
    const after = generationsOf(this.set.fd);
    if (after === undefined) return undefined;
    const modified = candidates.filter((_, i) => answers[i] === 0);
    for (const fd of modified) {
      if (!isThere(fd, after)) continue;
      this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
      this.#generations[fd] = old.get(fd)!;
    }
    return answers.every((answer) => answer === 0 || NOT_THERE.has(answer))
      ? modified.filter((fd) => !isThere(fd, after))
      : undefined;
  }

  /** Modifies the entry to the mask that it has now, or is to have. */
  #modifyNow(fd: number, mask: number): number {
    const result = this.#modify(fd, mask);
    if (result === 0 && mask === DISARMED) this.#disarmedByUs.add(fd);
    return result;
  }

  /** Changes an entry by number, but only if the number means the file of that entry. */
  #modifyIfOwn(fd: number, mask: number): boolean {
    return this.#unremoved.has(fd) ? this.#ownOf([fd], () => mask)?.length === 1 : this.#modify(fd, mask) === 0;
  }

  /** Whether the kernel has an entry for the file that fd means; undefined if it does not say. */
  #hasEntry(fd: number): boolean | undefined {
    // Only ADD can probe an entry without altering it: EEXIST means that it is there.
    const answer = this.set.ctl(EPOLL_CTL_ADD, fd, 0, 0, 0);
    if (answer === EEXIST) return true;
    if (answer === 0) return this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0) === 0 ? false : undefined;
    return NOT_THERE.has(answer) ? false : undefined;
  }

  #isDisarmed(fd: number): boolean {
    return (this.#masks[fd] & EPOLLONESHOT) !== 0 && !this.#armed.has(fd);
  }

  #maskNow(fd: number): number {
    return this.#isDisarmed(fd) ? DISARMED : this.#masks[fd];
  }

  /** Asks for the whole mask of an entry again. It may fail: the kernel removes an entry when its file is closed. */
  #restore(fd: number): boolean {
    const mask = this.#masks[fd];
    this.#muted.delete(fd);
    if (!this.#modifyIfOwn(fd, mask)) return false;
    this.arm(fd);
    return true;
  }

  #disarmEntry(fd: number): void {
    this.#modifyIfOwn(fd, DISARMED);
    this.#disarmedByUs.add(fd);
  }

  /** EPOLL_CTL_MOD: 0 or -errno. */
  #modify(fd: number, mask: number): number {
    // If the number means the file of an entry that could not be removed, that entry becomes this registration's.
    const before = this.#generations[fd];
    const generation = this.#unremoved.has(fd) ? this.#nextGeneration() : before;
    const result = mask & EPOLLEXCLUSIVE ? this.#readd(fd, mask, generation) : this.#modifyInPlace(fd, mask, generation);
    if (result !== 0 || generation === before) return result;
    this.#generations[fd] = generation;
    if (!this.#replaced.has(fd)) this.#replaced.set(fd, before);
    return 0;
  }

  #modifyInPlace(fd: number, mask: number, generation: number): number {
    const result = this.set.ctl(EPOLL_CTL_MOD, fd, mask, fd, generation);
    if (result !== EINVAL || !this.#unremoved.has(fd)) return result;
    // The entry that could not be removed is exclusive, which the kernel does not modify. Without it, MOD says ENOENT.
    this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
    return this.set.ctl(EPOLL_CTL_MOD, fd, mask, fd, generation);
  }

  /** For exclusive entries, which the kernel does not modify. */
  #readd(fd: number, mask: number, generation: number): number {
    const result = this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
    return result === 0 ? this.set.ctl(EPOLL_CTL_ADD, fd, mask, fd, generation) : result;
  }

  #setMask(fd: number, mask: number): void {
    if (this.#masks[fd] & EPOLLEXCLUSIVE) this.#exclusive--;
    if (mask & EPOLLEXCLUSIVE) this.#exclusive++;
    this.#masks[fd] = mask;
    this.#muted.delete(fd);
    this.#disarmedByUs.delete(fd);
    this.#armed.delete(fd);
    this.arm(fd);
  }

  #nextGeneration(): number {
    this.#lastGeneration = (this.#lastGeneration + 1) >>> 0 || 1;
    return this.#lastGeneration;
  }

  #grow(fd: number): void {
    const length = lengthFor(fd);
    this.#masks = grown(this.#masks, new Uint32Array(length));
    this.#generations = grown(this.#generations, new Uint32Array(length));
  }
}
