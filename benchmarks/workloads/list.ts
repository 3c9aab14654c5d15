import type { Workload } from '../harness/workload.js';
import type { Presentation } from '../report/presentation.js';
import { chain } from './chain/workload.js';
import { dispatch } from './dispatch/workload.js';
import { echo } from './echo/workload.js';
import { idle } from './idle/workload.js';
import { load } from './load/workload.js';
import { register } from './register/workload.js';
import { wake } from './wake/workload.js';

/**
 * All workloads, in the order in which they are run and reported. A new one needs a folder with its workload.ts and
 * its programs, its entry here, and a row in docs/measuring.md.
 */
export const WORKLOADS: readonly (Workload & Presentation)[] = [dispatch, chain, idle, register, echo, wake, load];
