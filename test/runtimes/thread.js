// A worker of checks.js: runs a function that is passed as text, and posts what it returns.
import { parentPort, workerData } from 'node:worker_threads';
import * as io from '../../dist/index.js';
import * as fd from '../../dist/fd.js';

// oxlint-disable-next-line no-eval -- the function comes from checks.js
const run = (0, eval)(`(${workerData.source})`);
parentPort.postMessage(await run({ ...io, fd }, workerData.input));
