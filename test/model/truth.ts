import { availableBackends, Poll, select } from 'io-selectors';
import { ERR, HUP, IN, NVAL, OUT, PRI, RDHUP } from './bits.js';
import type { File } from './file.js';
import type { Slot } from './world.js';

/** Every bit that poll(2) is asked for. */
export const ALL = IN | PRI | OUT | RDHUP;
const hasPoll = availableBackends().includes('poll');

/** What poll(2) reported for all descriptors at one moment. */
export class Truth {
  readonly #ofNumber = new Map<number, number>();
  readonly #ofFile = new Map<File, number>();

  constructor(slots: readonly Slot[]) {
    const look = hasPoll ? pollEach : selectEach;
    for (const [fd, bits] of look(slots)) this.#ofNumber.set(fd, bits);
    for (const { fd, file } of slots) if (file !== undefined) this.#ofFile.set(file, this.ofNumber(fd));
  }

  /** NVAL if the number is closed. */
  ofNumber(fd: number): number {
    return this.#ofNumber.get(fd) ?? 0;
  }

  ofFile(file: File): number {
    return this.#ofFile.get(file) ?? 0;
  }
}

function* pollEach(slots: readonly Slot[]): Generator<[number, number], undefined> {
  const poll = new Poll();
  for (const { fd } of slots) poll.register(fd, ALL);
  for (const { fd, revents } of poll.wait(0)) yield [fd, revents];
  return undefined;
}

/** For a build without poll: translates the three sets of select(2) into bits. */
function* selectEach(slots: readonly Slot[]): Generator<[number, number], undefined> {
  for (const { fd } of slots) {
    try {
      const [read, write, except] = select([fd], [fd], [fd], 0);
      yield [fd, (read.length && IN) | (write.length && OUT) | (except.length && PRI)];
    } catch {
      yield [fd, NVAL];
    }
  }
  return undefined;
}

/** The bits that can be compared with those of the witness. */
export const COMPARABLE = hasPoll ? ALL | ERR | HUP : 0;
