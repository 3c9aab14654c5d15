// Two threads that wake each other in turn. If one wake-up is lost, both wait for ever.
import { Waker } from '../../dist/index.js';
import { Selectors } from './selectors.js';
import { inWorker } from './threads.js';

/** @param shared whose turn it is, then the waker of each thread */
export async function play(shared, index, rounds, kind, isAsync) {
  const selector = new Selectors[kind]();
  Atomics.store(shared, 1 + index, selector.waker.share());
  Atomics.notify(shared, 1 + index);
  Atomics.wait(shared, 2 - index, 0);
  const peer = new Waker(Atomics.load(shared, 2 - index));
  for (let turn = index; turn < 2 * rounds; turn += 2) {
    while (Atomics.load(shared, 0) !== turn) {
      if (isAsync) await selector.selectAsync();
      else selector.select(null);
    }
    Atomics.store(shared, 0, turn + 1);
    peer.wake();
  }
  // The peer may wake this selector while it is closed.
  selector.close();
  peer.close();
}

export async function run(rounds) {
  const pairs = Selectors.flatMap((_, kind) => [false, true].map((isAsync) => [kind, isAsync]));
  await Promise.all(
    pairs.flatMap(([kind, isAsync]) => {
      const shared = new Int32Array(new SharedArrayBuffer(12));
      return [0, 1].map((index) => inWorker(import.meta.url, 'play', shared, index, 4 * rounds, kind, isAsync));
    }),
  );
}
