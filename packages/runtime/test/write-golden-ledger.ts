import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumpLedger, openFileLedger } from '../src/ledger/index.ts';
import { realClock } from './ledger-harness.ts';
import { REDUCTION_RECORDS } from './sample-records.ts';

/**
 * `node packages/runtime/test/write-golden-ledger.ts <folder>`: the ledger a release leaves behind
 * for all later ones to read. Run once for the record types that are new; it refuses a folder that
 * exists.
 */
const folder = process.argv[2];
if (folder === undefined || existsSync(folder))
  throw new Error('name a folder that does not exist');
mkdirSync(folder, { recursive: true });
const { ledger } = await openFileLedger({
  folder,
  post: (event) => {
    if (event.kind !== 'recorded') throw new Error(JSON.stringify(event));
  },
  clock: realClock,
  runId: 'golden',
  queueCapacity: 1_000,
  commitDeadlineMs: 60_000,
  segmentBytes: 4_096,
  onRecord: () => undefined,
});
// Batches of one, two and three, so that every kind of frame is there.
for (
  let index = 0, size = 1;
  index < REDUCTION_RECORDS.length;
  index += size, size = (size % 3) + 1
) {
  ledger.append(REDUCTION_RECORDS.slice(index, index + size));
}
await ledger.close();
writeFileSync(join(folder, 'records.jsonl'), `${[...dumpLedger(folder, 'json')].join('\n')}\n`);
for (const name of readdirSync(folder)) if (name.startsWith('writer.')) rmSync(join(folder, name));
