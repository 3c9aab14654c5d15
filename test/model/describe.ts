import type { RegisterOptions } from 'io-selectors';
import { describeEvents } from './bits.js';
import type { Call, Change, Operation, SelectAsync } from './operation.js';

/** An operation as one line, with a line for each step inside it. */
export function describe(operation: Operation | { op: 'throw' }): string {
  const on = 'on' in operation ? `${operation.on.join(', ')}: ` : '';
  switch (operation.op) {
    case 'throw':
      return 'throw';
    case 'witness':
      return 'ask a C program';
    case 'select':
      return `${on}select(${operation.timeoutMs})`;
    case 'selectEach': {
      const steps = operation.during.map(({ call, step }) => `in call ${call}: ${describe(step)}`);
      return `${on}selectEach(${operation.timeoutMs})${inside(steps)}`;
    }
    case 'selectAsync':
      return on + describeAsync(operation);
    case 'register':
    case 'modify':
    case 'unregister':
    case 'litter':
    case 'wakeup':
    case 'reopen':
    case 'busy':
      return on + describeCall(operation);
    default:
      return describeChange(operation);
  }
}

function describeAsync({ via, timeoutMs, during, end }: SelectAsync): string {
  const steps = during.map(({ turn, step }) => `${turn ? 'a turn later' : 'meanwhile'}: ${describe(step)}`);
  if (end !== undefined) steps.push(`${end.eager ? 'then' : 'if nothing is ready'}: ${end.by}`);
  return (via === 'iterator' ? 'next()' : `selectAsync(${timeoutMs})`) + inside(steps);
}

function describeCall(call: Call): string {
  const name = 'by' in call && call.by === 'object' ? 'object of ' : '';
  switch (call.op) {
    case 'register':
    case 'modify': {
      const { op, slot, events, data = 'as before' } = call;
      return `${op}(${name}${slot}, ${describeEvents(events)}, ${data}${describeOptions(call.options)})`;
    }
    case 'unregister':
      return `unregister(${name}${call.slot})`;
    case 'litter': {
      const { count, slot, events } = call;
      return `epoll: register ${count} duplicates of ${slot} (${describeEvents(events)}), close them, unregister them`;
    }
    case 'wakeup':
      return `wake up by ${call.by}`;
    case 'reopen':
      return 'close(), and a new selector';
    default:
      return 'select(0) while it waits';
  }
}

function describeChange(change: Change): string {
  switch (change.op) {
    case 'open':
      return `${change.kind} at ${change.at.join(', ')}`;
    case 'close':
      return `${change.by === 'fs' ? 'fs.closeSync' : 'close'}(${change.slot})`;
    case 'dup':
      return `dup(${change.slot}) at ${change.at}`;
    case 'dup2':
      return `dup2(${change.slot}, ${change.over})`;
    case 'dupEpoll':
      return `dup2(selector.fd, ${change.over})`;
    case 'write':
    case 'read':
      return `${change.op}(${change.slot}, ${change.size})`;
    case 'shutdown':
      return `shutdown(${change.slot}, ${change.how})`;
    default:
      return `${change.op}(${change.slot})`;
  }
}

function describeOptions(options: RegisterOptions | undefined): string {
  if (options === undefined) return '';
  const entries = Object.entries(options).map(([name, value]) => {
    return `${name}: ${name === 'flags' ? `0x${Number(value).toString(16)}` : JSON.stringify(value)}`;
  });
  return `, { ${entries.join(', ')} }`;
}

function inside(steps: string[]): string {
  return steps.map((step) => `\n        ${step}`).join('');
}
