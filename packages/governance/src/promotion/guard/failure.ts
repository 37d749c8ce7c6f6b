/** What the guard says where it refuses, to the letter of section 4.3. */
import type { Gate } from '../stage.ts';

export type GuardReason =
  | 'unknown_status'
  | 'missing_ledger_record'
  | 'stage_regression'
  | 'audit_gaps'
  | 'diary_missing'
  | 'diary_entries_missing'
  | 'missing_regime_coverage'
  | 'paper_stage_missing'
  | 'insufficient_paper_green_span'
  /** Beyond the seed, and told after the others (section 4.4, N). */
  | 'ledger_integrity'
  | 'diary_integrity'
  | 'graduation_gate_not_clear'
  | 'resolved_stage_below';

export interface GuardFailure {
  readonly reason: GuardReason;
  readonly message: string;
  /** What it was found on, as the log names it. */
  readonly fields: Readonly<Record<`governance.${string}`, string | number | readonly string[]>>;
}

/** A refusal: the first failure is its message, all of them are listed. */
export interface GuardRefusal {
  readonly ok: false;
  readonly strategyId: string;
  readonly policyId: string;
  /** In lower case, as it was asked for. */
  readonly status: string;
  readonly required: Gate | null;
  /** `have/need` of each regime; null where none was asked. */
  readonly coverage: Readonly<Record<string, string>> | null;
  readonly failures: readonly [GuardFailure, ...GuardFailure[]];
}

/** The refusal as something that can be thrown and be a cause. */
export class PromotionIntegrityError extends Error {
  override readonly name = 'PromotionIntegrityError';
  readonly refusal: GuardRefusal;
  readonly failures: GuardRefusal['failures'];

  constructor(refusal: GuardRefusal) {
    super(refusal.failures[0].message);
    this.refusal = refusal;
    this.failures = refusal.failures;
  }
}

/** One line of the structured log for one refusal. */
export function rejectionLog(refusal: GuardRefusal): Readonly<Record<string, unknown>> {
  const { failures, policyId, required, status, strategyId } = refusal;
  const fields = Object.assign({}, ...failures.map((each) => each.fields)) as object;
  return {
    level: 'warning',
    message: `Promotion guard rejection: ${failures[0].message}`,
    'governance.strategy_id': strategyId,
    'governance.policy_id': policyId,
    'governance.status': status,
    'governance.rbac_reason': failures[0].reason,
    'governance.rbac_reasons': failures.map(({ reason }) => reason),
    ...(required === null ? {} : { 'governance.required_stage': required }),
    ...fields,
  };
}
