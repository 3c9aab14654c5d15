import type { Workload } from '../harness/workload.js';
import type { Presentation } from '../report/presentation.js';
import { chain } from './chain/workload.js';
import { dispatch } from './dispatch/workload.js';
import { echo } from './echo/workload.js';
import { idle } from './idle/workload.js';
import { load } from './load/workload.js';
import { register } from './register/workload.js';
import { wake } from './wake/workload.js';

/** All workloads, in the order in which they are run and reported. A new one needs a folder and its entry here. */
export const WORKLOADS: readonly (Workload & Presentation)[] = [dispatch, chain, idle, register, echo, wake, load];
