/** Whether an audit log is what was written, without the process that wrote it (O-14). */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ChainFaultCode, digestOf, readBounded, readChain } from '@holdfast/runtime/proof';
import type { AuditRecord } from './event.ts';
import { outcomeOf } from './outcome.ts';
import { parseRecord } from './record-schema.ts';

export const AUDIT_FILE = 'audit.jsonl';
export const REPORT_FILE = 'report.json';
/** Of one kept output, and of one log. */
export const KEPT_LIMIT = 1 << 26;
const AUDIT_LIMIT = 1 << 28;

export type AuditFindingCode =
  | ChainFaultCode
  | 'audit_unreadable'
  /** A crash cut the last line short; opening the log for writing cuts it off and says so. */
  | 'line_torn'
  /** A record of another operation than the folder's. */
  | 'operation_mismatch'
  | 'declaration_digest_mismatch'
  /** Evidence that was not taken on the declared host (O-21). */
  | 'host_mismatch'
  | 'output_missing'
  | 'output_changed'
  /** A step, or a second seal, behind the seal. */
  | 'record_after_seal'
  /** The sealed outcome is not the one that follows from the records. */
  | 'outcome_not_from_records'
  | 'report_missing'
  | 'report_changed';

export interface AuditFinding {
  readonly code: AuditFindingCode;
  /** The `seq` of the record it is about; null for the file as a whole. */
  readonly record: number | null;
  readonly detail: string;
}

export interface AuditVerification {
  readonly findings: readonly AuditFinding[];
  readonly records: readonly AuditRecord[];
  /** Hash of the last record: what the ledger's `audit_head` is held against. */
  readonly head: string | null;
}

/** Reads only. A log that lost whole lines at its end is found by the ledger's `audit_head`. */
export function verifyAudit(folder: string): AuditVerification {
  const read = readBounded(join(folder, AUDIT_FILE), AUDIT_LIMIT);
  if (!read.ok) {
    const finding = { code: 'audit_unreadable' as const, record: null, detail: read.detail };
    return { findings: [finding], records: [], head: null };
  }
  // A clone has none of it: what files held is for the machine on which it was done.
  return inspect(folder, read.bytes, existsSync(join(folder, 'undo')));
}

/** The same of bytes that were read already; who goes on with it needs all of what it held. */
export function inspect(folder: string, bytes: Uint8Array, withUndo = true): AuditVerification {
  const chain = readChain(bytes);
  const findings: AuditFinding[] = chain.faults.map(({ code, at, detail }) => ({
    code,
    record: at,
    detail,
  }));
  const records: AuditRecord[] = [];
  for (const link of chain.records) {
    const parsed = parseRecord(link);
    if (parsed.ok) records.push(parsed.value);
    else {
      const [{ path, message }] = parsed.violations;
      const detail = `${path === '' ? '/' : path} ${message}`;
      findings.push({ code: 'record_malformed', record: link.seq, detail });
    }
  }
  if (chain.torn.length > 0) {
    const detail = `${chain.torn.length} bytes without a line end`;
    findings.push({ code: 'line_torn', record: chain.records.length, detail });
  }
  for (const record of records) {
    findings.push(...identityFindings(folder, records, record));
    findings.push(...keptFindings(folder, record, withUndo));
  }
  findings.push(...sealFindings(folder, records));
  return { findings, records, head: records.at(-1)?.hash ?? null };
}

function identityFindings(
  folder: string,
  records: readonly AuditRecord[],
  { seq, operation_id, host, payload }: AuditRecord,
): AuditFinding[] {
  const findings: AuditFinding[] = [];
  const add = (code: AuditFindingCode, detail: string): void => {
    findings.push({ code, record: seq, detail });
  };
  if (operation_id !== basename(folder)) add('operation_mismatch', `it is of ${operation_id}`);
  const declared = records.find((record) => record.payload.event === 'declared')?.payload;
  if (declared?.event === 'declared') {
    const wanted = declared.declaration.host;
    const elsewhere = host !== wanted || (payload.event === 'preflight' && payload.host !== wanted);
    if (elsewhere) add('host_mismatch', `taken on ${host}, declared for ${wanted}`);
  }
  if (payload.event === 'declared') {
    const { declaration, digest } = payload;
    if (declaration.operation_id !== operation_id) {
      add('operation_mismatch', `declares ${declaration.operation_id}`);
    }
    if (digestOf(declaration) !== digest) add('declaration_digest_mismatch', digest);
  }
  return findings;
}

/** The files a record speaks of, by the folder they lie in. */
function refsOf({ payload }: AuditRecord): readonly (readonly [string, string])[] {
  switch (payload.event) {
    case 'step_finished':
      return payload.output.ref === null ? [] : [['outputs', payload.output.ref]];
    case 'torn_line_cut':
      return [['outputs', payload.ref]];
    case 'step_started': {
      const { undo, manifest } = payload;
      const isFile = undo.kind === 'file' && undo.before.state === 'file';
      const held = isFile ? [undo.before.contentRef] : [];
      return [...held, ...(manifest === undefined ? [] : [manifest])].map((ref) => ['undo', ref]);
    }
    default:
      return [];
  }
}

function keptFindings(folder: string, record: AuditRecord, withUndo: boolean): AuditFinding[] {
  return refsOf(record).flatMap(([shelf, ref]): AuditFinding[] => {
    if (shelf === 'undo' && !withUndo) return [];
    const read = readBounded(join(folder, shelf, ref), KEPT_LIMIT);
    if (!read.ok) return [{ code: 'output_missing', record: record.seq, detail: read.detail }];
    const found = hash('sha256', read.bytes, 'hex');
    if (found === ref) return [];
    const detail = `${shelf}/${ref} holds ${found}`;
    return [{ code: 'output_changed', record: record.seq, detail }];
  });
}

const NOT_BEHIND_A_SEAL: readonly string[] = ['declared', 'step_started', 'step_finished'];

function sealFindings(folder: string, records: readonly AuditRecord[]): AuditFinding[] {
  const at = records.findIndex(({ payload }) => payload.event === 'sealed');
  const seal = records[at];
  if (seal?.payload.event !== 'sealed') return [];
  const findings: AuditFinding[] = [];
  for (const { seq, payload } of records.slice(at + 1)) {
    if (payload.event !== 'sealed' && !NOT_BEHIND_A_SEAL.includes(payload.event)) continue;
    findings.push({ code: 'record_after_seal', record: seq, detail: payload.event });
  }
  const { outcome } = outcomeOf(records.slice(0, at));
  if (outcome !== seal.payload.outcome) {
    const detail = `sealed as ${seal.payload.outcome}, the records say ${outcome}`;
    findings.push({ code: 'outcome_not_from_records', record: seal.seq, detail });
  }
  return [...findings, ...reportFindings(folder, records.slice(0, at), seal.seq)];
}

function reportFindings(
  folder: string,
  records: readonly AuditRecord[],
  seal: number,
): AuditFinding[] {
  const written = records.findLast(({ payload }) => payload.event === 'report');
  if (written?.payload.event !== 'report') {
    return [{ code: 'report_missing', record: seal, detail: 'sealed without a report' }];
  }
  const read = readBounded(join(folder, REPORT_FILE), KEPT_LIMIT);
  if (!read.ok) return [{ code: 'report_missing', record: written.seq, detail: read.detail }];
  const found = hash('sha256', read.bytes, 'hex');
  if (found === written.payload.sha256) return [];
  return [{ code: 'report_changed', record: written.seq, detail: `it holds ${found}` }];
}
