import { encodeRecord, type LedgerRecord } from '@holdfast/core/ledger';
import { folderSource } from './folder.ts';
import { scanLedger, type ScanEnd, type ScannedRecord } from './scan.ts';
import { BODY_BYTES_MAX } from './segment.ts';

export type DumpFormat = 'json' | 'text';

/**
 * One line for each record, oldest first: canonical JSON with the sequence before it, or a sentence
 * for people. Reads only; returns how the ledger ended, for the caller to say.
 */
export function* dumpLedger(folder: string, format: DumpFormat): Generator<string, ScanEnd> {
  const scan = scanLedger(folderSource(folder));
  for (;;) {
    const step = scan.next();
    if (step.done === true) return step.value;
    yield format === 'json' ? jsonLine(step.value) : textLine(step.value);
  }
}

const scratch = Buffer.alloc(BODY_BYTES_MAX);

/** The canonical text the scan has just read the record from. */
function textOf(record: LedgerRecord): string {
  return scratch.toString('utf8', 0, encodeRecord(record, scratch, 0));
}

function jsonLine({ sequence, record }: ScannedRecord): string {
  return `{"sequence":${sequence},"record":${textOf(record)}}`;
}

function textLine({ sequence, record }: ScannedRecord): string {
  const at = new Date(record.at).toISOString();
  return `${String(sequence).padStart(10)}  ${at}  ${record.type.padEnd(24)}  ${subjectOf(record)}`;
}

const SKIPPED = new Set(['record_type', 'schema_version', 'context', 'recorded_ts']);

/** What a record is about: its members, without those the line has already said. */
function subjectOf(record: LedgerRecord): string {
  const members = JSON.parse(textOf(record)) as Readonly<Record<string, unknown>>;
  return Object.entries(members)
    .filter(([name]) => !SKIPPED.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
