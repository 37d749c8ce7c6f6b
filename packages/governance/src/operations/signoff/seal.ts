/** The end of an operation: what its log says becomes its seal and its entry, in this order. */
import type { AuditEvent, AuditLog, Outcome } from '../audit/event.ts';
import { outcomeOf } from '../audit/outcome.ts';
import { amendEntry, enterOperation, type SignOffCode } from './ledger.ts';
import type { LedgerEntry } from './ledger-event.ts';
import type { LedgerFault } from './ledger-file.ts';

export type SealCode =
  | SignOffCode
  /** Nobody types an outcome. */
  | 'outcome_not_from_records'
  /** A report that is incomplete was not written, and nothing is sealed without one (O-19). */
  | 'report_missing';

export type Sealed = { readonly ok: true; readonly value: LedgerEntry } | LedgerFault<SealCode>;

export interface SealRequest {
  /** The project: its ledger and its runs. */
  readonly root: string;
  readonly log: AuditLog;
  /** Epoch ms. */
  readonly now: number;
}

/** Seals and enters; called again after a crash it does what was not yet done. */
export function sealOperation({ root, log, now }: SealRequest, outcome: Outcome): Sealed {
  const { records } = log;
  const at = records.findIndex(({ payload }) => payload.event === 'sealed');
  const made = at === -1 ? records : records.slice(0, at);
  const { outcome: found, blockers } = outcomeOf(made);
  if (found !== outcome) {
    const why = blockers.join(' ');
    return no('outcome_not_from_records', `${outcome} is said, ${found} is on record: ${why}`);
  }
  const [first] = made;
  if (first === undefined || !made.some(({ payload }) => payload.event === 'report')) {
    return no('report_missing', 'nothing is sealed without its report');
  }
  if (at === -1) log.append({ event: 'sealed', outcome });
  return enterOperation(root, first.operation_id, now);
}

type Amendment = Extract<AuditEvent, { event: 'amendment' }>;

/** Records the rollback of a sealed operation and amends its entry; may be called again. */
export function amendOperation({ root, log, now }: SealRequest, amendment: Amendment): Sealed {
  const { records } = log;
  const [first] = records;
  if (first === undefined) return no('operation_not_rolled_back', 'its log is empty');
  const last = (event: AuditEvent['event']): number =>
    records.findLastIndex(({ payload }) => payload.event === event);
  if (last('rollback_finished') < last('sealed')) {
    return no('operation_not_rolled_back', `${first.operation_id} was not rolled back since`);
  }
  if (last('amendment') < last('rollback_finished')) log.append(amendment);
  return amendEntry(root, first.operation_id, now);
}

function no(code: SealCode, detail: string): LedgerFault<SealCode> {
  return { ok: false, code, detail };
}
