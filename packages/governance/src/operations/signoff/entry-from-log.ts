/** The entry of an operation, read off its sealed log: nobody types one (section 9.10). */
import { all, declarationOf, startOf } from '../audit/story.ts';
import type { AuditRecord } from '../audit/event.ts';
import { mutationsOf } from '../audit/story.ts';
import type { LedgerFact } from './ledger-event.ts';

export type EntryFact = Extract<LedgerFact, { event: 'entry' }>;
export type AmendmentFact = Extract<LedgerFact, { event: 'amendment' }>;

/** Null where the log is not sealed, or has no declaration or report. */
export function entryFromLog(records: readonly AuditRecord[]): EntryFact | null {
  const at = records.findIndex(({ payload }) => payload.event === 'sealed');
  const seal = records[at];
  const made = records.slice(0, at);
  const declared = declarationOf(records);
  const report = all(made, 'report').at(-1);
  if (seal?.payload.event !== 'sealed' || declared === null || report === undefined) return null;
  const { declaration, digest } = declared;
  const approvals = all(made, 'approval').map(
    ({ approver, role, key_id, at: given, expires_at, self }) => ({
      approver,
      role,
      key_id,
      at: given,
      expires_at,
      self,
    }),
  );
  const startedAt = startOf(made);
  const notes = notesOf(declaration);
  return {
    event: 'entry',
    operation_id: declaration.operation_id,
    operation_name: declaration.OPERATION_NAME,
    requested_by: declaration.requested_by,
    approved_by: approvedBy(approvals),
    approval_timestamp: approvals.at(-1)?.at ?? null,
    execution_timestamp: startedAt === null ? null : new Date(startedAt).toISOString(),
    risk_class: declaration.RISK_CLASS,
    blast_radius: declaration.BLAST_RADIUS,
    changes_summary: changesSummary(records),
    rollback_ref: `holdfast ops rollback ${declaration.operation_id}`,
    outcome: seal.payload.outcome,
    ...(notes === null ? {} : { notes }),
    environment: declaration.environment,
    declaration_digest: digest,
    audit_head: seal.hash,
    report_sha256: report.sha256,
    approvals,
  };
}

/** The rollback of a sealed operation; null where its log tells of none. */
export function amendmentFromLog(records: readonly AuditRecord[]): AmendmentFact | null {
  const amended = all(records, 'amendment').at(-1);
  const record = amended === undefined ? undefined : records[amended.place];
  if (amended === undefined || record === undefined) return null;
  return {
    event: 'amendment',
    of: record.operation_id,
    outcome: amended.outcome,
    rollback_timestamp: amended.rollback_timestamp,
    rollback_evidence: [...amended.rollback_evidence],
    actor: amended.actor,
    audit_head: record.hash,
  };
}

function approvedBy(approvals: EntryFact['approvals']): string | null {
  if (approvals.length === 0) return null;
  return [...new Set(approvals.map((given) => (given.self ? 'SELF' : given.approver)))].join(', ');
}

/** One line: what the comparison of before and after found. */
function changesSummary(records: readonly AuditRecord[]): string {
  const declared = declarationOf(records);
  if (declared === null) return '';
  const mutated = mutationsOf(declared.declaration, records);
  const files = new Set<string>();
  const services = new Set<string>();
  for (const { step, changes } of all(records, 'step_finished')) {
    for (const { path } of changes) files.add(path);
    const action = declared.declaration.steps[step - 1]?.action;
    if (action?.kind === 'service' && mutated.has(step)) services.add(action.service);
  }
  const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`;
  return `${count(files.size, 'file')} and ${count(services.size, 'service')} changed`;
}

function notesOf(declaration: {
  readonly custom_high_risk?: { readonly reason: string };
  readonly break_glass?: { readonly reason: string };
}): string | null {
  const notes: string[] = [];
  const { custom_high_risk: high, break_glass: glass } = declaration;
  if (high !== undefined) notes.push(`custom high risk: ${high.reason}`);
  if (glass !== undefined) notes.push(`glass was broken: ${glass.reason}`);
  return notes.length === 0 ? null : notes.join('; ');
}
