import { expect, test } from 'vitest';
import { inFaultyChild } from './fault.js';
import { has } from '../support/capability.js';

test.runIf(has.compiler)('recvMany and sendMany report the failure of one socket and serve the others', async () => {
  const told = await inFaultyChild(
    null,
    (io, _, { openFaults }) => {
      const faults = openFaults();
      const { MessageList, socketPair } = io.socket;
      const pairs = [0, 1, 2].map(() => socketPair());
      const list = new MessageList(3, 8);
      const results = () =>
        pairs.map((_, i) => {
          try {
            return list.result(i);
          } catch (error) {
            const { code, syscall, fd } = Object(error);
            return [code, syscall, fd === list.fd(i)];
          }
        });
      const told: unknown[] = [];
      for (const error of ['ENOMEM', 'EINTR']) {
        list.clear();
        for (const [a] of pairs) list.add(a, 'data');
        faults.start({ call: 'send', error, first: 2 });
        told.push([list.sendMany(), results(), faults.stop().failed]);
        for (const [, b] of pairs) b.send('answer');
        const messages = () => pairs.map((_, i) => list.message(i).toString());
        faults.start({ call: 'recvmsg', error, first: 2 });
        told.push([list.recvMany(), results(), messages(), faults.stop().failed]);
        // Messages that were not received are still there.
        list.clear();
        list.add(pairs[1][0]);
        told.push([list.recvMany(), list.message(0).toString()]);
        for (const [, b] of pairs) b.recv(100);
      }
      return told;
    },
    {},
  );
  expect(told).toEqual(
    ['ENOMEM', 'EINTR'].flatMap((error) => [
      [2, [4, [error, 'send', true], 4], 1],
      [2, [6, [error, 'recvmsg', true], 6], ['answer', '', 'answer'], 1],
      [1, 'answer'],
    ]),
  );
});
