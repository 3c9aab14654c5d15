// Runs functions of the other files here in worker threads.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Calls the function that `file` exports as `name`, in a worker. */
export function start(file, name, ...args) {
  return new Worker(new URL('worker.js', import.meta.url), { workerData: { file, name, args } });
}

/** Waits until the function has returned. */
export async function ended(worker) {
  const [status] = await once(worker, 'exit');
  if (status !== 0) throw new Error(`a worker ended with ${status}`);
}

export function inWorker(file, name, ...args) {
  return ended(start(file, name, ...args));
}
