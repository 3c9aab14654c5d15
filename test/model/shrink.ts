import { EVENT_PRIORITY, EVENT_READ, EVENT_WRITE } from 'io-selectors';
import type { Operation, Sequence, Step } from './operation.js';

/** Whether a sequence still fails in the same way. */
export type Fails = (sequence: Sequence) => Promise<boolean>;

/** Finds a sequence that still fails and would not without any one of its operations. */
export async function shrink(sequence: Sequence, fails: Fails): Promise<Sequence> {
  let { operations } = sequence;
  const attempt = async (candidate: Operation[]) => {
    if (!(await fails({ ...sequence, operations: candidate }))) return false;
    operations = candidate;
    return true;
  };
  for (let before = -1; before !== operations.length; ) {
    before = operations.length;
    for (let size = Math.ceil(operations.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      // From the end: operations after the failure go first, and uses before what they use.
      for (let start = operations.length - size; start > -size; start -= size) {
        const from = Math.max(0, start);
        await attempt([...operations.slice(0, from), ...operations.slice(start + size)]);
      }
    }
    for (let i = 0; i < operations.length; i++) {
      for (const simpler of simplify(operations[i])) {
        if (await attempt(operations.with(i, simpler))) i--;
        else continue;
        break;
      }
    }
  }
  return { ...sequence, operations };
}

/** Variants of an operation, each with one thing less. */
function* simplify(operation: Operation): Generator<Operation, undefined> {
  if (operation.op === 'select' || operation.op === 'selectEach' || operation.op === 'selectAsync') {
    if (operation.on.length > 1) for (const backend of operation.on) yield { ...operation, on: [backend] };
    if (operation.timeoutMs !== 0) yield { ...operation, timeoutMs: 0 };
  }
  if (operation.op === 'selectEach') {
    const { during } = operation;
    for (const [i, { call, step }] of during.entries()) {
      yield { ...operation, during: during.toSpliced(i, 1) };
      if (step.op === 'throw') continue;
      yield step;
      for (const simpler of simplifyStep(step)) yield { ...operation, during: during.with(i, { call, step: simpler }) };
    }
  } else if (operation.op === 'selectAsync') {
    if (operation.end !== undefined) yield { ...operation, end: undefined };
    const { during } = operation;
    for (const [i, { turn, step }] of during.entries()) {
      yield { ...operation, during: during.toSpliced(i, 1) };
      yield step;
      if (turn) yield { ...operation, during: during.with(i, { turn: false, step }) };
      for (const simpler of simplifyStep(step)) yield { ...operation, during: during.with(i, { turn, step: simpler }) };
    }
  } else if (operation.op !== 'select' && operation.op !== 'witness') yield* simplifyStep(operation);
  return undefined;
}

function* simplifyStep(step: Step): Generator<Step, undefined> {
  if ('on' in step && step.on.length > 1) {
    for (const backend of step.on) yield { ...step, on: [backend] };
    for (const backend of step.on) yield { ...step, on: step.on.filter((each) => each !== backend) };
  }
  if (step.op === 'register' || step.op === 'modify') {
    const { options = {}, ...without } = step;
    if (step.options !== undefined) yield without;
    for (const name of Object.keys(options)) {
      const { [name as keyof typeof options]: _, ...rest } = options;
      if (Object.keys(rest).length > 0) yield { ...step, options: rest };
    }
    for (const events of [EVENT_READ, EVENT_WRITE, EVENT_PRIORITY]) {
      if (step.events !== events && (step.events & events) !== 0) yield { ...step, events };
    }
  }
  if ('by' in step && step.by === 'object') yield { ...step, by: 'number' };
  if ('by' in step && step.by === 'fs') yield { ...step, by: 'package' };
  if (step.op === 'open' && step.at.length === 2 && step.kind !== 'pipe') yield { ...step, kind: 'pipe' };
  if (step.op === 'litter' && step.count > 1) {
    yield { ...step, count: Math.floor(step.count / 2) };
    yield { ...step, count: step.count - 1 };
  }
  return undefined;
}
