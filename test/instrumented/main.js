// node test/instrumented/main.js [ROUNDS [PART...]]: what Valgrind and ThreadSanitizer are to watch.
import { run as asyncWaits } from './async-waits.js';
import { run as calls } from './calls.js';
import { run as signals } from './signals.js';
import { run as termination } from './termination.js';
import { run as wakers } from './wakers.js';

const PARTS = { calls, asyncWaits, wakers, termination, signals };
const [rounds = '60', ...names] = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(PARTS)) {
  const start = performance.now();
  await PARTS[name](Number(rounds));
  console.log(`${name}: ${Math.round(performance.now() - start)} ms`);
}
