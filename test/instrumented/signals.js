// Signals while several threads subscribe to them, wait for them, and unsubscribe.
import { EVENT_READ } from '../../dist/index.js';
import { signals } from '../../dist/fd.js';
import { Selectors } from './selectors.js';
import { inWorker } from './threads.js';

export async function listen(rounds) {
  for (let round = 0; round < rounds; round++) {
    for (const Selector of Selectors) {
      const subscription = signals(round % 2 === 0 ? ['SIGUSR2'] : ['SIGUSR2', 'SIGWINCH']);
      const selector = new Selector();
      selector.register(subscription, EVENT_READ);
      process.kill(process.pid, 'SIGUSR2');
      // Other threads' signals end waits as well. This one's own has arrived at the latest when its wait ends.
      for (let names = []; !names.includes('SIGUSR2'); names = subscription.read()) await selector.selectAsync();
      selector.close();
      subscription.close();
    }
  }
}

export async function run(rounds) {
  // Without it, a signal would end the process while nobody listens.
  const keep = signals(['SIGUSR2', 'SIGWINCH']);
  await Promise.all([listen(rounds), ...[1, 2].map(() => inWorker(import.meta.url, 'listen', rounds))]);
  keep.close();
}
