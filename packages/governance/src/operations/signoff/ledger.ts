/** The sign-off ledger: ids, entries, amendments (section 9.10). */
import { join } from 'node:path';
import { NO_HASH } from '@holdfast/runtime/proof';
import { type AuditVerification, verifyAudit } from '../audit/verify-audit.ts';
import type { OperationEnvironment } from '../declaration.ts';
import { amendmentFromLog, entryFromLog } from './entry-from-log.ts';
import { type LedgerFault, type LedgerSession, readLedger, withLedger } from './ledger-file.ts';
import { entriesOf, type LedgerEntry } from './ledger-event.ts';

export const RUNS_FOLDER = 'ops/runs';
const IDS_A_DAY = 999;

export type SignOffCode =
  | 'ledger_day_full'
  /** No such id was given out. */
  | 'operation_unknown'
  | 'operation_not_sealed'
  | 'audit_invalid'
  /** It is in the ledger already, with another log. */
  | 'ledger_entry_differs'
  /** There is no entry to amend. */
  | 'rollback_of_unknown'
  /** Its log tells of no rollback since it was sealed. */
  | 'operation_not_rolled_back';

type Answer<T> = { readonly ok: true; readonly value: T } | LedgerFault<SignOffCode>;

export interface IdRequest {
  readonly environment: OperationEnvironment;
  readonly requestedBy: string;
  /** Epoch ms; the id has its UTC day. */
  readonly now: number;
}

/** The next id of the day. Two who ask at once get two (O-12). */
export function allocateId(root: string, request: IdRequest): Answer<string> {
  const { environment, requestedBy, now } = request;
  const at = new Date(now).toISOString();
  const day = `OPS-${at.slice(0, 10)}-`;
  return withLedger<Answer<string>>(root, now, (ledger) => {
    const given = ledger.events.flatMap((event) =>
      event.event === 'allocated' && event.operation_id.startsWith(day)
        ? [Number(event.operation_id.slice(day.length))]
        : [],
    );
    const next = Math.max(0, ...given) + 1;
    if (next > IDS_A_DAY) return no('ledger_day_full', day);
    const id = `${day}${String(next).padStart(3, '0')}`;
    ledger.append({
      event: 'allocated',
      operation_id: id,
      environment,
      requested_by: requestedBy,
      at,
    });
    return { ok: true, value: id };
  });
}

/** Enters a sealed operation, once: again, it answers with the entry that is there. */
export function enterOperation(root: string, id: string, now: number): Answer<LedgerEntry> {
  return withLedger<Answer<LedgerEntry>>(root, now, (ledger) => {
    const known = ledger.events.some(
      (event) => event.event === 'allocated' && event.operation_id === id,
    );
    if (!known) return no('operation_unknown', id);
    const log = verifyAudit(join(root, RUNS_FOLDER, id));
    const fact = entryFromLog(log.records);
    if (fact === null) return no('operation_not_sealed', id);
    if (log.findings.length > 0) return no('audit_invalid', firstOf(log));
    const there = entriesOf(ledger.events).find((entry) => entry.operation_id === id);
    if (there === undefined) {
      ledger.append(fact);
      return entered(ledger, id);
    }
    if (there.audit_head === fact.audit_head) return { ok: true, value: there };
    return no('ledger_entry_differs', `entered with ${there.audit_head}, now ${fact.audit_head}`);
  });
}

/**
 * Adds the rollback of a sealed operation to its entry. The entry with its approvals stays as it
 * was (G-42).
 */
export function amendEntry(root: string, of: string, now: number): Answer<LedgerEntry> {
  return withLedger<Answer<LedgerEntry>>(root, now, (ledger) => {
    const there = entriesOf(ledger.events).find((entry) => entry.operation_id === of);
    if (there === undefined) return no('rollback_of_unknown', of);
    const log = verifyAudit(join(root, RUNS_FOLDER, of));
    if (log.findings.length > 0) return no('audit_invalid', firstOf(log));
    const fact = amendmentFromLog(log.records);
    if (fact === null) return no('operation_not_rolled_back', of);
    const again = there.amendments.some(({ audit_head: head }) => head === fact.audit_head);
    if (!again) ledger.append(fact);
    return entered(ledger, of);
  });
}

/** What the first record of the next operation in this environment follows. */
export function environmentHead(root: string, environment: OperationEnvironment): string {
  const entries = entriesOf(readLedger(root).events);
  return entries.findLast((entry) => entry.environment === environment)?.audit_head ?? NO_HASH;
}

export function findEntry(root: string, id: string): LedgerEntry | null {
  const entries = entriesOf(readLedger(root).events);
  return entries.find((entry) => entry.operation_id === id) ?? null;
}

function entered({ events }: LedgerSession, id: string): Answer<LedgerEntry> {
  const entry = entriesOf(events).find((each) => each.operation_id === id);
  return entry === undefined ? no('operation_unknown', id) : { ok: true, value: entry };
}

function firstOf({ findings }: AuditVerification): string {
  const [first] = findings;
  return first === undefined ? '' : `${first.code}:${first.record} ${first.detail}`;
}

function no(code: SignOffCode, detail: string): LedgerFault<SignOffCode> {
  return { ok: false, code, detail };
}
