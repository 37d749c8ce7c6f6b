/**
 * The sign-off ledger, `ops/ledger`: its chained events and the months made of them. An event that
 * was cut off is seen where a month or a log still tells of it; where all of them were cut alike
 * only the annotated tags can say so (`holdfast ops ledger verify --anchors`).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FileRead, readBounded } from './bounded-file.ts';
import { decodeUtf8 } from './encoding.ts';
import { type Finding, finding } from './finding.ts';
import { type ChainRead, NO_HASH, readChain } from './record-chain.ts';
import {
  CHAIN_LIMIT,
  isWriterFile,
  LEDGER_EVENTS,
  listFiles,
  OPERATION_LOG,
  type Tell,
  tellChain,
} from './record-files.ts';
import { foldEntries, monthlyDocuments } from './sign-off-entries.ts';

const MONTH_LIMIT = 1 << 26;

export function isLedgerFolder(folder: string): boolean {
  return existsSync(join(folder, LEDGER_EVENTS));
}

export function inspectLedger(folder: string, filesMax: number): Finding[] {
  const found: Finding[] = [];
  const tell: Tell = (file, code, detail) => void found.push(finding(file, code, detail));
  const read = readBounded(join(folder, LEDGER_EVENTS), CHAIN_LIMIT);
  if (!read.ok) {
    tell(LEDGER_EVENTS, 'UNREADABLE', read.detail);
    return found;
  }
  const chain = readChain(read.bytes);
  tellChain(chain, LEDGER_EVENTS, tell);
  if (!beginsAtNothing(chain)) {
    tell(LEDGER_EVENTS, 'CHAIN_BROKEN', 'record 0: something stood before it');
  }
  const entries = foldEntries(chain.records);
  const months = monthlyDocuments(entries);
  const files = listFiles(folder, filesMax, tell);
  inspectMonths(folder, files, months, tell);
  for (const { operation_id: id } of entries) {
    if (existsSync(join(dirname(folder), 'runs', id, OPERATION_LOG))) continue;
    tell(LEDGER_EVENTS, 'LOG_MISSING', `the log of ${id} is not at hand`);
  }
  if (found.length > 0) return found;
  const detail = `${chain.records.length} records, ${entries.length} entries as the months say; `;
  tell('.', 'RECORD_SOUND', `${detail}what was cut off from all of them only the tags tell`);
  return found;
}

function beginsAtNothing({ records: [first] }: ChainRead): boolean {
  return first === undefined || first.prev_hash === NO_HASH;
}

/** Each month is made of the events, to the byte; nothing else lies there. */
function inspectMonths(
  folder: string,
  files: readonly string[],
  months: ReadonlyMap<string, string>,
  tell: Tell,
): void {
  for (const [name, text] of months) {
    const read = readBounded(join(folder, name), MONTH_LIMIT);
    if (!read.ok) tell(name, read.fault === 'missing' ? 'FILE_MISSING' : 'UNREADABLE', read.detail);
    else if (decodeUtf8(read.bytes) !== text) {
      tell(name, 'VIEW_EDITED', 'it does not say what the events say');
    }
  }
  for (const name of files) {
    if (name === LEDGER_EVENTS || isWriterFile(name) || months.has(name)) continue;
    const isMonth = /^\d{4}-\d{2}\.ya?ml$/.test(name);
    if (isMonth) tell(name, 'VIEW_EDITED', 'the events tell of no such month');
    else tell(name, 'UNSIGNED', 'no part of a ledger');
  }
}

/** What the ledger knows of the ends of logs. */
export interface KnownEnds {
  readonly isAllocated: (id: string) => boolean;
  /** The record that an operation's log must reach. */
  readonly headOf: (id: string) => string | undefined;
}

/** Answers by the folder of a ledger, each read once; null where none, or none to believe. */
export function createEndReader(): (folder: string) => KnownEnds | null {
  const known = new Map<string, KnownEnds | null>();
  return (folder) => {
    const there = known.get(folder);
    if (there !== undefined) return there;
    const ends = endsOf(readBounded(join(folder, LEDGER_EVENTS), CHAIN_LIMIT));
    known.set(folder, ends);
    return ends;
  };
}

function endsOf(read: FileRead): KnownEnds | null {
  const chain = read.ok ? readChain(read.bytes) : null;
  if (chain === null || chain.faults.length > 0 || !beginsAtNothing(chain)) return null;
  const allocated = new Set(
    chain.records.flatMap((record) =>
      record['event'] === 'allocated' ? [record['operation_id']] : [],
    ),
  );
  const heads = new Map(
    foldEntries(chain.records).map(({ operation_id: id, amendments, audit_head: head }) => {
      return [id, amendments.at(-1)?.audit_head ?? head];
    }),
  );
  return { isAllocated: (id) => allocated.has(id), headOf: (id) => heads.get(id) };
}
