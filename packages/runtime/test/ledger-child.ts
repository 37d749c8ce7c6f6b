import { writeSync } from 'node:fs';
import type { Event } from '@holdfast/core';
import { openFileLedger } from '../src/ledger/index.ts';
import { realClock } from './ledger-harness.ts';
import { sampleAck, sampleFill } from './sample-records.ts';

/**
 * A process to be killed: opens the ledger of a folder, says so, and appends for ever, telling its
 * parent every sequence it was told is durable. `hold` only opens.
 */
const [folder = '', mode = 'append'] = process.argv.slice(2);

let count = 0;
const batch = () =>
  Array.from({ length: 1 + (count % 5) }, (_, n) =>
    n % 2 === 0 ? sampleFill(count + n) : sampleAck(count + n),
  );

const { ledger, epoch } = await openFileLedger({
  folder,
  post,
  clock: realClock,
  runId: `child-${process.pid}`,
  queueCapacity: 1_000,
  commitDeadlineMs: 5_000,
  segmentBytes: 32_768,
  onRecord: () => {
    count += 1;
  },
});
writeSync(1, `open ${epoch} ${count}\n`);

function post(event: Event): void {
  if (event.kind !== 'recorded') throw new Error(JSON.stringify(event));
  writeSync(1, `${event.receipt.lastSequence}\n`);
  setImmediate(append);
}

function append(): void {
  const records = batch();
  count += records.length;
  ledger.append(records);
}

if (mode === 'append') for (let n = 0; n < 8; n += 1) append();
