/**
 * The record of one operation, `ops/runs/<id>`: its chained log and every file beside it, offline
 * and without governance (ARCHITECTURE rule 8). What it means is governance's; that it is what was
 * written is told here. Where its log ends only the sign-off ledger knows: the one beside it, where
 * there is one.
 */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readJson } from '@holdfast/core/parse';
import { readBounded } from './bounded-file.ts';
import { decodeUtf8 } from './encoding.ts';
import { type Finding, finding, type FindingCode } from './finding.ts';
import { readSignedApproval } from './signed-approval.ts';
import { canonical, digestOf, type Linked, readChain } from './record-chain.ts';
import {
  CHAIN_LIMIT,
  isWriterFile,
  listFiles,
  OPERATION_LOG,
  type Tell,
  tellChain,
} from './record-files.ts';
import type { TrustRoots } from './trust-roots.ts';
import type { KnownEnds } from './verify-sign-off.ts';

const FILE_LIMIT = 1 << 26;

export interface RecordRequest {
  readonly folder: string;
  readonly roots: TrustRoots;
  readonly acceptsDevelopmentKeys: boolean;
  /** More files than this are not looked at, and the verdict says so. */
  readonly filesMax: number;
  /** By the folder of a ledger. */
  readonly endsOf: (folder: string) => KnownEnds | null;
}

type Fields = Readonly<Record<string, unknown>>;
type LogRecord = Linked & Fields;

/** By its name or by what lies in it: a log that was taken away is missed. */
export function isOperationFolder(folder: string): boolean {
  const isNamedSo = /^OPS-\d{4}-\d{2}-\d{2}-\d{3}$/.test(basename(folder));
  return isNamedSo || existsSync(join(folder, OPERATION_LOG));
}

export function inspectOperation(request: RecordRequest): Finding[] {
  const { folder } = request;
  const found: Finding[] = [];
  const tell: Tell = (file, code, detail) => void found.push(finding(file, code, detail));
  const read = readBounded(join(folder, OPERATION_LOG), CHAIN_LIMIT);
  if (!read.ok) {
    tell(OPERATION_LOG, unreadCode(read.fault), read.detail);
    return found;
  }
  const chain = readChain(read.bytes);
  tellChain(chain, OPERATION_LOG, tell);
  const { records } = chain;
  inspectIdentity(folder, records, tell);
  const files = listFiles(folder, request.filesMax, tell);
  for (const record of records) inspectKept(folder, record, tell);
  inspectReport(folder, records, tell);
  inspectApprovals(request, files, records, tell);
  for (const name of files) inspectName(folder, name, tell);
  inspectEnd(request, records, tell);
  const words = 'its last one is the audit_head of the ledger';
  if (found.length === 0) tell('.', 'RECORD_SOUND', `${records.length} records, ${words}`);
  return found;
}

function unreadCode(fault: string): FindingCode {
  return fault === 'missing' ? 'FILE_MISSING' : 'UNREADABLE';
}

function payloadOf(record: LogRecord | undefined): Fields {
  return fieldsOf(record?.['payload']);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Every record is of the operation the folder is named by, as it was declared. */
function inspectIdentity(folder: string, records: readonly LogRecord[], tell: Tell): void {
  const id = basename(folder);
  for (const { seq, operation_id: own } of records) {
    if (own !== id)
      tell(OPERATION_LOG, 'OPERATION_MISMATCH', `record ${seq}: it is of ${String(own)}`);
  }
  const declared = payloadOf(records.find((record) => payloadOf(record)['event'] === 'declared'));
  const { declaration, digest } = declared;
  if (records.length > 0 && (declaration === undefined || digestOf(declaration) !== digest)) {
    tell(OPERATION_LOG, 'RECORD_EDITED', `the declaration has not the digest ${String(digest)}`);
  }
  const file = readBounded(join(folder, DECLARATION), FILE_LIMIT);
  if (!file.ok) return tell(DECLARATION, unreadCode(file.fault), file.detail);
  if (!file.bytes.equals(Buffer.from(`${canonical(declaration ?? null)}\n`))) {
    tell(DECLARATION, 'FILE_CHANGED', 'it is not the declaration on record');
  }
}

const DECLARATION = 'declaration.json';

/** What a record says lies beside it, by its own digest. */
function inspectKept(folder: string, record: LogRecord, tell: Tell): void {
  const payload = payloadOf(record);
  const outputs = [payload['ref'], fieldsOf(payload['output'])['ref']];
  const before = fieldsOf(fieldsOf(payload['undo'])['before']);
  const held = [payload['manifest'], before['contentRef']];
  const named = (shelf: string, refs: readonly unknown[]) =>
    refs.flatMap((ref) => (typeof ref === 'string' ? [[shelf, ref] as const] : []));
  // A repository holds no undo: what files held is for the machine on which it was done.
  const shelves = [
    ...named('outputs', outputs),
    ...(existsSync(join(folder, 'undo')) ? named('undo', held) : []),
  ];
  for (const [shelf, ref] of shelves) {
    const name = `${shelf}/${ref}`;
    const read = readBounded(join(folder, shelf, ref), FILE_LIMIT);
    const why = `record ${record.seq} names it`;
    if (!read.ok) tell(name, unreadCode(read.fault), why);
    else if (hash('sha256', read.bytes, 'hex') !== ref) tell(name, 'FILE_CHANGED', why);
  }
}

/** The log has the digest of `report.json`, and that the digest of `report.md`. */
function inspectReport(folder: string, records: readonly LogRecord[], tell: Tell): void {
  const events = records.map((record) => payloadOf(record)['event']);
  const seal = events.indexOf('sealed');
  const made = records.slice(0, seal === -1 ? records.length : seal);
  const told = made.findLast((record) => payloadOf(record)['event'] === 'report');
  if (told === undefined) {
    if (seal !== -1) tell(OPERATION_LOG, 'CHAIN_BROKEN', 'sealed without a report');
    return;
  }
  const json = readBounded(join(folder, 'report.json'), FILE_LIMIT);
  const why = `record ${told.seq} names it`;
  if (!json.ok) return tell('report.json', unreadCode(json.fault), why);
  if (hash('sha256', json.bytes, 'hex') !== payloadOf(told)['sha256']) {
    return tell('report.json', 'FILE_CHANGED', why);
  }
  const report = readJson(decodeUtf8(json.bytes) ?? '');
  const wanted = report.ok ? fieldsOf(report.value)['markdown_sha256'] : undefined;
  const markdown = readBounded(join(folder, 'report.md'), FILE_LIMIT);
  if (!markdown.ok) return tell('report.md', unreadCode(markdown.fault), markdown.detail);
  if (wanted === undefined) return tell('report.md', 'UNSIGNED', 'report.json has no digest of it');
  if (hash('sha256', markdown.bytes, 'hex') !== wanted) {
    tell('report.md', 'FILE_CHANGED', 'report.json has another digest of it');
  }
}

/** Each is signed by whom it names, and there is one for every approval on record. */
function inspectApprovals(
  { folder, roots, acceptsDevelopmentKeys }: RecordRequest,
  files: readonly string[],
  records: readonly LogRecord[],
  tell: Tell,
): void {
  const said = new Set<string>();
  const id = basename(folder);
  const names = files.filter(isApproval).map((name) => name.replace(/\.dsse$/, ''));
  for (const name of new Set(names)) {
    const read = readSignedApproval(join(folder, name), { id, roots, acceptsDevelopmentKeys });
    if (read.ok) said.add(read.says);
    else tell(name, read.code, read.detail);
  }
  for (const record of records) {
    const { event, digest, approver, role, key_id: key, at, expires_at: until } = payloadOf(record);
    if (event !== 'approval') continue;
    if (said.has(canonical([digest, approver, role, key, at, until, 'approve']))) continue;
    const detail = `record ${record.seq}: no approval of ${String(approver)} there says the same`;
    tell('approvals', 'APPROVAL_MISMATCH', detail);
  }
}

/** An approval or its envelope: each is missed where only the other is there. */
function isApproval(name: string): boolean {
  return /^approvals\/[^/]+\.json(\.dsse)?$/.test(name);
}

/** What the runner writes. What files held before is kept out of the repository. */
const OWN_FILES = new Set([
  OPERATION_LOG,
  DECLARATION,
  'report.json',
  'report.md',
  'undo/.gitignore',
]);

/** A file that no record can mean was put there by another hand. */
function inspectName(folder: string, name: string, tell: Tell): void {
  if (OWN_FILES.has(name) || isWriterFile(name) || isApproval(name)) return;
  const kept = /^(?:outputs|undo)\/([0-9a-f]{64})$/.exec(name)?.[1];
  if (kept === undefined) return tell(name, 'UNSIGNED', 'no record speaks of it');
  const read = readBounded(join(folder, name), FILE_LIMIT);
  if (!read.ok) tell(name, 'UNREADABLE', read.detail);
  else if (hash('sha256', read.bytes, 'hex') !== kept) {
    tell(name, 'FILE_CHANGED', 'it does not hold what it is named by');
  }
}

/** Whether nothing was cut off: the ledger beside the runs names the last record. */
function inspectEnd(
  { folder, endsOf }: RecordRequest,
  records: readonly LogRecord[],
  tell: Tell,
): void {
  const id = basename(folder);
  const ends = endsOf(join(dirname(dirname(folder)), 'ledger'));
  if (ends === null) {
    const detail = 'no sound sign-off ledger is at hand to say where it ends';
    return tell(OPERATION_LOG, 'END_UNKNOWN', detail);
  }
  const isSealed = records.some((record) => payloadOf(record)['event'] === 'sealed');
  const head = ends.headOf(id);
  if (!ends.isAllocated(id) || (head === undefined && isSealed)) {
    return tell(OPERATION_LOG, 'NOT_IN_LEDGER', `the ledger beside it does not know ${id} so`);
  }
  if (head === undefined) {
    return tell(OPERATION_LOG, 'END_UNKNOWN', 'it is not sealed: its end is not known yet');
  }
  const at = records.findIndex((record) => record.hash === head);
  const behind = records.length - 1 - at;
  if (at === -1) tell(OPERATION_LOG, 'RECORD_TRUNCATED', `no record has the audit_head ${head}`);
  else if (behind > 0) {
    tell(OPERATION_LOG, 'END_UNKNOWN', `${behind} records behind the audit_head of the ledger`);
  }
}
