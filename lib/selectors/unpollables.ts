import { POLLNVAL } from '../calls/constants.js';
import type { EpollEventList } from '../calls/epoll-event-list.js';
import { PollSet } from '../calls/poll-set.js';
import { fileSystem } from '../core/file-system.js';

const MASK_MAX = 0xffff;

/** Tells a file from another that has its number by now. */
function identityOf(fd: number): string | undefined {
  const { fstatSync } = fileSystem();
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Files that epoll refuses because they never block. poll(2) takes them and reports what they are ready for. */
export class Unpollables {
  readonly #set = new PollSet();
  readonly #identities = new Map<number, string | undefined>();
  #fds = new Int32Array(16);
  #revents = new Uint16Array(16);

  has(fd: number): boolean {
    return this.#set.has(fd);
  }

  add(fd: number, mask: number): void {
    this.#set.add(fd, mask & MASK_MAX);
    this.#identities.set(fd, identityOf(fd));
  }

  change(fd: number, mask: number): void {
    this.#set.modify(fd, mask & MASK_MAX);
  }

  remove(fd: number): void {
    this.#set.remove(fd);
    this.#identities.delete(fd);
  }

  /** Keeps a file, until `unmute`, from reporting the same bits again. */
  mute(fd: number, mask: number, revents: number): void {
    this.change(fd, mask);
    this.#set.mute(fd, revents);
  }

  unmute(): void {
    this.#set.unmute();
  }

  /** Asks without blocking: how many are ready, or -errno. */
  wait(): number {
    if (this.#set.size === 0) return 0;
    const count = this.#set.wait(0);
    if (count <= 0) return count;
    if (count > this.#fds.length) {
      this.#fds = new Int32Array(2 * count);
      this.#revents = new Uint16Array(2 * count);
    }
    this.#set.collect(count, this.#fds, this.#revents);
    return this.#dropLost(count);
  }

  /** Appends the count files that the last wait found to the events that epoll found. */
  appendTo(list: EpollEventList, count: number, generation: (fd: number) => number): void {
    for (let i = 0; i < count; i++) list.push(this.#revents[i], this.#fds[i], generation(this.#fds[i]));
  }

  /** epoll reports nothing for a closed file, whatever has its number now. So neither does this. */
  #dropLost(count: number): number {
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const fd = this.#fds[i];
      if (this.#revents[i] & POLLNVAL || identityOf(fd) !== this.#identities.get(fd)) continue;
      this.#fds[kept] = this.#fds[i];
      this.#revents[kept++] = this.#revents[i];
    }
    return kept;
  }
}
