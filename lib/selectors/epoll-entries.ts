import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLET,
  EPOLLONESHOT,
} from '../constants.js';
import { EpollSet } from '../epoll-set.js';
import { EBADF, EEXIST, ENOENT, EPERM } from '../errno.js';
import { grown, lengthFor } from './growth.js';

/**
 * What a selector has registered with the kernel's epoll, by descriptor: the mask, and a generation that
 * tells one registration of a number from the next. Results are 0 or -errno; one below 0 has changed nothing.
 */
export class EpollEntries {
  readonly set = EpollSet.create(EPOLL_CLOEXEC);
  #masks = new Uint32Array(64);
  /** 0 where nothing is registered. */
  #generations = new Uint32Array(64);
  #lastGeneration = 0;
  /** One-shot entries that have not fired since they were registered or modified. */
  readonly #armed = new Set<number>();
  /** One-shot entries that had fired before a rebuild: the kernel cannot be told of an entry that is disarmed. */
  readonly #absent = new Set<number>();
  readonly #parked = new Set<number>();

  generation(fd: number): number {
    return this.#generations[fd];
  }

  mask(fd: number): number {
    return this.#masks[fd];
  }

  add(fd: number, mask: number): number {
    const generation = this.#nextGeneration();
    let result = this.set.ctl(EPOLL_CTL_ADD, fd, mask, fd, generation);
    // No registration has this entry: it is stale, and its number has come back to the same open file.
    if (result === EEXIST) result = this.set.ctl(EPOLL_CTL_MOD, fd, mask, fd, generation);
    if (result === 0) this.claim(fd, mask, generation);
    return result;
  }

  /** Registers a descriptor here that the kernel's epoll refuses. */
  claim(fd: number, mask: number, generation = this.#nextGeneration()): void {
    if (fd >= this.#masks.length) this.#grow(fd);
    this.#generations[fd] = generation;
    this.#note(fd, mask);
  }

  change(fd: number, mask: number): number {
    // One-shot and edge-triggered entries are told of it even so: that arms them again.
    if (mask === this.#masks[fd] && (mask & (EPOLLET | EPOLLONESHOT)) === 0) return 0;
    const result = this.#tell(fd, mask);
    if (result === 0) this.#note(fd, mask);
    return result;
  }

  /** Takes an entry out of the kernel's set, where the number still means the same file. */
  remove(fd: number): number {
    const result = this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
    // The descriptor was closed, and perhaps its number is another file's by now.
    if (result !== 0 && result !== EBADF && result !== ENOENT && result !== EPERM) return result;
    this.disclaim(fd);
    return 0;
  }

  /** The counterpart of `claim`. */
  disclaim(fd: number): void {
    this.#generations[fd] = 0;
    this.#note(fd, 0);
  }

  /** Whether an event can disarm anything. */
  get anyArmed(): boolean {
    return this.#armed.size > 0;
  }

  disarm(fd: number): void {
    this.#armed.delete(fd);
  }

  /**
   * Keeps an entry, until `unpark`, from reporting again what it just reported. Made edge-triggered it
   * comes once more at once, and then not before something new happens; a one-shot one is disarmed already.
   */
  park(fd: number): void {
    const mask = this.#masks[fd];
    // To tell the kernel again would make it report again.
    if (this.#parked.has(fd) || (mask & EPOLLET && !(mask & EPOLLONESHOT))) return;
    if (!(mask & EPOLLONESHOT)) this.set.ctl(EPOLL_CTL_MOD, fd, mask | EPOLLET, fd, this.#generations[fd]);
    this.#parked.add(fd);
  }

  unpark(): void {
    // The kernel may have forgotten one that was closed, which is no failure of this call.
    for (const fd of this.#parked) this.#tell(fd, this.#masks[fd]);
    this.#parked.clear();
  }

  /**
   * Moves all entries into a new epoll that takes over the number of the old one. What has no
   * registration stays behind: nothing else removes an entry whose number means another file by now.
   * Without a descriptor or the memory to spare, all stays as it is.
   */
  rebuild(): void {
    const fresh = EpollSet.tryCreate(EPOLL_CLOEXEC);
    if (fresh === undefined) return;
    const watched = this.#watched();
    const isDisarmed = (fd: number) => (this.#masks[fd] & EPOLLONESHOT) !== 0 && !this.#armed.has(fd);
    for (const fd of watched) {
      if (isDisarmed(fd)) continue;
      if (fresh.ctl(EPOLL_CTL_ADD, fd, this.#masks[fd], fd, this.#generations[fd]) < 0) {
        fresh.close();
        return;
      }
    }
    for (const fd of watched) {
      if (isDisarmed(fd)) this.#absent.add(fd);
      else this.#parked.delete(fd);
    }
    this.set.replaceBy(fresh);
  }

  close(): void {
    this.set.close();
  }

  /**
   * The descriptors that the kernel has an entry for. It has none after one was closed, and another file
   * under that number must not become watched by a rebuild.
   */
  #watched(): number[] {
    const result: number[] = [];
    for (let fd = 0; fd < this.#masks.length; fd++) {
      if (this.#generations[fd] === 0) continue;
      // To add it again is the one question that changes nothing about an entry.
      const answer = this.set.ctl(EPOLL_CTL_ADD, fd, 0, 0, 0);
      if (answer === EEXIST) result.push(fd);
      if (answer === 0) this.set.ctl(EPOLL_CTL_DEL, fd, 0, 0, 0);
    }
    return result;
  }

  /** Changes an entry of the kernel's, or makes it again where a rebuild has left it out. */
  #tell(fd: number, mask: number): number {
    const op = this.#absent.has(fd) ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    const result = this.set.ctl(op, fd, mask, fd, this.#generations[fd]);
    if (result !== 0) return result;
    this.#absent.delete(fd);
    if (mask & EPOLLONESHOT) this.#armed.add(fd);
    return 0;
  }

  #note(fd: number, mask: number): void {
    this.#masks[fd] = mask;
    this.#absent.delete(fd);
    this.#parked.delete(fd);
    if (mask & EPOLLONESHOT) this.#armed.add(fd);
    else this.#armed.delete(fd);
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
