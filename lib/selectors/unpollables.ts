import { POLLNVAL } from '../constants.js';
import type { EpollEventList } from '../epoll-event-list.js';
import { PollSet } from '../poll-set.js';

const MASK_MAX = 0xffff;

/** Files that epoll refuses because they never block. poll(2) takes them and says what they are ready for. */
export class Unpollables {
  readonly #set = new PollSet();
  #fds = new Int32Array(16);
  #revents = new Uint16Array(16);

  has(fd: number): boolean {
    return this.#set.has(fd);
  }

  add(fd: number, mask: number): void {
    this.#set.add(fd, mask & MASK_MAX);
  }

  change(fd: number, mask: number): void {
    this.#set.modify(fd, mask & MASK_MAX);
  }

  remove(fd: number): void {
    this.#set.remove(fd);
  }

  /** Asks without waiting: how many are ready, or -errno. */
  wait(): number {
    if (this.#set.size === 0) return 0;
    const count = this.#set.wait(0);
    if (count <= 0) return count;
    if (count > this.#fds.length) {
      this.#fds = new Int32Array(2 * count);
      this.#revents = new Uint16Array(2 * count);
    }
    this.#set.collect(count, this.#fds, this.#revents);
    return this.#dropClosed(count);
  }

  /** Puts the count that the last wait found behind the events that epoll found. */
  appendTo(list: EpollEventList, count: number, generation: (fd: number) => number): void {
    for (let i = 0; i < count; i++) list.push(this.#revents[i], this.#fds[i], generation(this.#fds[i]));
  }

  /** Closed descriptors are nothing to epoll, so they are nothing here. */
  #dropClosed(count: number): number {
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (this.#revents[i] & POLLNVAL) continue;
      this.#fds[kept] = this.#fds[i];
      this.#revents[kept++] = this.#revents[i];
    }
    return kept;
  }
}
