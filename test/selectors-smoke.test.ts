import { expect, test } from 'vitest';
import { EVENT_READ, EVENT_WRITE, select } from 'io-selectors';
import { write } from 'io-selectors/fd';
import { pipe } from './support/descriptors.js';
import { backends, expectIdle, expectReady, open } from './support/selectors.js';
import { inThread } from './support/threads.js';

test.each(backends)('%s reports a pipe', (_, Selector) => {
  const selector = open(Selector);
  const [rd, wr] = pipe();
  const key = selector.register(rd, EVENT_READ);
  expectIdle(selector);
  write(wr, 'x');
  expectReady(selector, [[key, EVENT_READ]]);
  const key2 = selector.register(wr, EVENT_WRITE);
  expectReady(selector, [[key, EVENT_READ], [key2, EVENT_WRITE]]);
});

test('thread', async () => {
  const [rd, wr] = pipe();
  const thread = await inThread(rd, (io, fd) => io.select([fd], [], [])[0]);
  await thread.blockedIn('select', 'pselect6');
  write(wr, 'x');
  expect(await thread.result).toEqual([rd]);
  expect(select([rd], [], [], 0)).toEqual([[rd], [], []]);
});
