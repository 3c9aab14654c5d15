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

/** Asks for nothing and fires once at the most, for an error or a hang-up: an entry that is disarmed, or nearly. */
const DISARMED = (EPOLLET | EPOLLONESHOT) >>> 0;

/** What the kernel answers of a number that is closed, or another file's that it would not add. */
const NOT_THERE: ReadonlySet<number> = new Set([EBADF, EINVAL, ELOOP, ENOENT, EPERM]);

/**
 * What a selector has registered with the kernel's epoll, by descriptor: the mask, and a generation that
 * tells one registration of a number from the next. Results are 0 or -errno; one below 0 has changed nothing.
 */
export class EpollEntries {
  readonly set = EpollSet.create(EPOLL_CLOEXEC, registrations.counts);
  #masks = new Uint32Array(64);
  /** 0 where nothing is registered. */
  #generations = new Uint32Array(64);
  #lastGeneration = 0;
  /** Whether a one-shot entry may have been armed since the last wait. */
  anyArmed = false;
  /** One-shot entries that have not fired since they were registered or modified. */
  readonly #armed = new Set<number>();
  /** One-shot entries that were disarmed by us, and not by an event: DISARMED. */
  readonly #disarmedByUs = new Set<number>();
  /** What the kernel is asked instead, of entries that report what nobody has asked for. */
  readonly #muted = new Map<number, number>();
  /** Numbers that the kernel may have an entry for that is no registration's, as it could not be removed. */
  readonly #leftBehind = new Set<number>();
  /** Generations that `change` has replaced since the last wait, by descriptor. */
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
      // No registration has this entry: it is stale, and its number has come back to the same open file.
      this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
      result = this.set.ctl(EPOLL_CTL_ADD, fd, mask, fd, generation);
    }
    if (result === 0) this.record(fd, mask, generation);
    return result;
  }

  /** Registers a descriptor here that the kernel's epoll refuses. */
  record(fd: number, mask: number, generation = this.#nextGeneration()): void {
    if (fd >= this.#masks.length) this.#grow(fd);
    this.#generations[fd] = generation;
    this.#setMask(fd, mask);
  }

  /** @param repeat whether edges that were reported before are to be reported again */
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

  /** Takes an entry out of the kernel's set, where the number still means the same file. */
  remove(fd: number): void {
    // It cannot be removed where the descriptor was closed, or its number is another file's by now.
    if (this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0) !== 0) this.#leftBehind.add(fd);
    this.erase(fd);
  }

  /** The counterpart of `record`. */
  erase(fd: number): void {
    this.#generations[fd] = 0;
    this.#replaced.delete(fd);
    this.#setMask(fd, 0);
  }

  /** To be called before every wait: the events of the last one are history. */
  startWait(): void {
    this.anyArmed = false;
    if (this.#replaced.size > 0) this.#replaced.clear();
  }

  /** Whether it was the generation of fd's registration at the last wait. */
  wasReplaced(fd: number, generation: number): boolean {
    return this.#replaced.get(fd) === generation;
  }

  /** Whether an event can disarm anything, or come from what is disarmed. */
  get anyOneShot(): boolean {
    return this.#armed.size > 0 || this.#disarmedByUs.size > 0;
  }

  isArmed(fd: number): boolean {
    return this.#armed.has(fd);
  }

  /** Lets a one-shot entry fire again. */
  arm(fd: number): void {
    if ((this.#masks[fd] & EPOLLONESHOT) === 0) return;
    this.#armed.add(fd);
    this.anyArmed = true;
  }

  /** Follows the kernel, which has disarmed the entry that it reported. Whether it was armed. */
  disarm(fd: number): boolean {
    return this.#armed.delete(fd);
  }

  /**
   * Keeps an entry, until `unmute`, from reporting again what it just reported and nobody has asked for. That is
   * taken out of its mask. An error or a hang-up comes unasked: an edge-triggered entry reports it once more at
   * once, and then not before something new happens.
   *
   * @returns false if it will do so all the same: its number means another file by now
   */
  mute(fd: number, revents: number): boolean {
    const mask = this.#masks[fd];
    if ((mask & EPOLLET) !== 0 && (mask & EPOLLONESHOT) === 0) return true;
    const told = this.#muted.get(fd) ?? mask;
    // A one-shot entry would be used up by that repetition.
    const isRepeated = (revents & (EPOLLERR | EPOLLHUP)) !== 0;
    const wanted = ((isRepeated ? (told | EPOLLET) & ~EPOLLONESHOT : told) & ~revents) >>> 0;
    this.arm(fd);
    if (wanted === told) return true;
    if (!this.#modifyOwn(fd, wanted)) return false;
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

  /** Has an entry report again what it has reported, if it is still so. */
  requeue(fd: number): void {
    if ((this.#masks[fd] & (EPOLLET | EPOLLONESHOT)) !== 0) this.#restore(fd);
  }

  /**
   * Moves all entries into a new epoll that takes over the number of the old one. What has no
   * registration stays behind: nothing else removes an entry whose number means another file by now.
   *
   * @returns false where there is no descriptor or memory to spare: all is as it was then
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
    this.#leftBehind.clear();
    return true;
  }

  close(): void {
    this.set.close();
  }

  /**
   * The descriptors whose entry the kernel has, and that still mean the file of that entry: another must not
   * become watched by a rebuild. undefined if that cannot be found out now.
   */
  #present(): number[] | undefined {
    const present: number[] = [];
    const ambiguous: number[] = [];
    for (let fd = 0; fd < this.#masks.length; fd++) {
      if (this.#generations[fd] === 0) continue;
      if (this.#leftBehind.has(fd)) {
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

  /** Those of the descriptors, for which there may be several entries, that mean the file of their own. */
  #ownOf(fds: number[], maskOf: (fd: number) => number): number[] | undefined {
    const before = generationsOf(this.set.fd);
    if (before === undefined) return undefined;
    const old = new Map(fds.map((fd) => [fd, this.#generations[fd]]));
    const isThere = (fd: number, all: typeof before) => all.get(fd)?.has(old.get(fd)!) === true;
    const candidates = fds.filter((fd) => isThere(fd, before));
    // The entry that is given another generation is that of the file which has the number.
    const answers = candidates.map((fd) => this.#modifyAgain(fd, maskOf(fd)));
    const after = generationsOf(this.set.fd);
    if (after === undefined) return undefined;
    const told = candidates.filter((_, i) => answers[i] === 0);
    for (const fd of told) {
      if (!isThere(fd, after)) continue;
      this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
      this.#generations[fd] = old.get(fd)!;
    }
    return answers.every((answer) => answer === 0 || NOT_THERE.has(answer))
      ? told.filter((fd) => !isThere(fd, after))
      : undefined;
  }

  #modifyAgain(fd: number, mask: number): number {
    const result = this.#modify(fd, mask);
    if (result === 0 && mask === DISARMED) this.#disarmedByUs.add(fd);
    return result;
  }

  /** Tells the kernel without being asked to: only where the number means the file of the entry, and no other. */
  #modifyOwn(fd: number, mask: number): boolean {
    return this.#leftBehind.has(fd) ? this.#ownOf([fd], () => mask)?.length === 1 : this.#modify(fd, mask) === 0;
  }

  /** Whether the kernel has an entry for the file that fd means; undefined if it does not tell. */
  #hasEntry(fd: number): boolean | undefined {
    // To add it again is the one question that changes nothing about an entry.
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

  /** Has the kernel ask for all of the entry's mask again. It may have forgotten one that was closed. */
  #restore(fd: number): void {
    const mask = this.#masks[fd];
    this.#muted.delete(fd);
    if (this.#modifyOwn(fd, mask)) this.arm(fd);
  }

  #disarmEntry(fd: number): void {
    this.#modifyOwn(fd, DISARMED);
    this.#disarmedByUs.add(fd);
  }

  #modify(fd: number, mask: number): number {
    // If the number means the file of an entry that was left behind, that one becomes this registration's.
    const before = this.#generations[fd];
    const generation = this.#leftBehind.has(fd) ? this.#nextGeneration() : before;
    const result = mask & EPOLLEXCLUSIVE ? this.#readd(fd, mask, generation) : this.#modifyEntry(fd, mask, generation);
    if (result !== 0 || generation === before) return result;
    this.#generations[fd] = generation;
    if (!this.#replaced.has(fd)) this.#replaced.set(fd, before);
    return 0;
  }

  #modifyEntry(fd: number, mask: number, generation: number): number {
    const result = this.set.ctl(EPOLL_CTL_MOD, fd, mask, fd, generation);
    if (result !== EINVAL || !this.#leftBehind.has(fd)) return result;
    // It was left behind, and is exclusive, as the registration is not.
    this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
    return this.set.ctl(EPOLL_CTL_MOD, fd, mask, fd, generation);
  }

  /** For exclusive entries, which the kernel does not modify. */
  #readd(fd: number, mask: number, generation: number): number {
    const result = this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
    return result === 0 ? this.set.ctl(EPOLL_CTL_ADD, fd, mask, fd, generation) : result;
  }

  #setMask(fd: number, mask: number): void {
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
