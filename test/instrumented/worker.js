// Calls the function that threads.js names.
import { workerData } from 'node:worker_threads';

const { file, name, args } = workerData;
const module = await import(file);
await module[name](...args);
