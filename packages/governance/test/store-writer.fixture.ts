/**
 * Appends to a domain for as long as it lives, one to three facts at a time, beside whoever else
 * does. A line on its output says that an append was acknowledged, before the next one is begun.
 */
import { writeSync } from 'node:fs';
import type { Fact } from '../src/store/event.ts';
import { openStore } from '../src/store/open.ts';

const [place = '', writer = ''] = process.argv.slice(2);
const store = await openStore(place);
writeSync(1, 'ready\n');

for (let after = await store.head('ledger'), n = 0; ; ) {
  const facts = Array.from({ length: 1 + (n % 3) }, (_, part): Fact => {
    const payload = { n, part, text: 'x'.repeat(200) };
    return { type: 'told', subject: 'alpha', actor: writer, payload, refs: {} };
  });
  const appended = await store.append('ledger', after, facts, Date.now());
  const last = appended.ok ? appended.events.at(-1) : appended.head;
  after = { seq: last?.seq ?? -1, hash: last?.hash ?? '' };
  if (!appended.ok) continue;
  for (const { seq, hash } of appended.events) writeSync(1, `${seq} ${hash}\n`);
  n += 1;
}
