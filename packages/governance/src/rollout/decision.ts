/**
 * From gates to a decision (section 8.8): any hard gate is a review, any warning holds, and after a
 * review only clean sessions and a person lead back. Pure: what went before is handed in.
 */
import { assert } from '@holdfast/core';
import type { GateResult } from './gate.ts';

/** From best to worst. */
export const DECISIONS = ['FORWARD_OK', 'HOLD_AND_REVIEW', 'ROLLBACK_REVIEW_REQUIRED'] as const;
export type RolloutDecision = (typeof DECISIONS)[number];

export const severityOf = (decision: RolloutDecision): number => DECISIONS.indexOf(decision);

/** A review that is open. Times are epoch ms. */
export interface Review {
  readonly openedAt: number;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: number | null;
}

/** Runs without a finding, each of a later session than the one before. */
export interface CleanRuns {
  readonly count: number;
  /** The session of the last of them. */
  readonly last: string | null;
}

/** What was published before this run. */
export interface Prior {
  /** Null where nothing ever was. */
  readonly decision: RolloutDecision | null;
  readonly review: Review | null;
  readonly clean: CleanRuns;
  /** The latest session that was ever decided about. */
  readonly newest: string | null;
}

export const NOT_CLEAN: CleanRuns = Object.freeze({ count: 0, last: null });

export const NO_PRIOR: Prior = Object.freeze({
  decision: null,
  review: null,
  clean: NOT_CLEAN,
  newest: null,
});

export interface Occasion {
  /** The session decided about; null where the manifest does not tell. */
  readonly asOf: string | null;
  /** Epoch ms. */
  readonly now: number;
  readonly recoveryCleanRuns: number;
  /** Whatever the gates say, it holds for these reasons. */
  readonly holds: readonly string[];
  /** Whatever the gates say, a review is required for these reasons. */
  readonly alarms: readonly string[];
}

export interface Decided {
  readonly decision: RolloutDecision;
  readonly raw: RolloutDecision;
  readonly review: Review | null;
  readonly clean: CleanRuns;
  /** Beside those of the gates. */
  readonly reasons: readonly string[];
}

export function rawDecisionOf(results: readonly Pick<GateResult, 'status'>[]): RolloutDecision {
  // Nothing asked is nothing known.
  if (results.length === 0) return 'ROLLBACK_REVIEW_REQUIRED';
  if (results.some(({ status }) => status === 'hard')) return 'ROLLBACK_REVIEW_REQUIRED';
  return results.some(({ status }) => status === 'warn') ? 'HOLD_AND_REVIEW' : 'FORWARD_OK';
}

export function decide(raw: RolloutDecision, prior: Prior, occasion: Occasion): Decided {
  const { asOf, now, recoveryCleanRuns, alarms } = occasion;
  if (raw === 'ROLLBACK_REVIEW_REQUIRED' || alarms.length > 0) {
    const reasons = [...alarms, ...occasion.holds];
    const review = reviewAfter(prior, now);
    return { decision: 'ROLLBACK_REVIEW_REQUIRED', raw, review, clean: NOT_CLEAN, reasons };
  }
  const clean = cleanAfter(raw, prior.clean, asOf);
  const holds = [...occasion.holds, ...regressionOf(prior, asOf)];
  const { review } = prior;
  const isOk = raw === 'FORWARD_OK' && holds.length === 0;
  if (review === null) {
    return { decision: isOk ? raw : 'HOLD_AND_REVIEW', raw, review, clean, reasons: holds };
  }
  const hasRecovered = clean.count >= recoveryCleanRuns && review.acknowledgedAt !== null;
  if (isOk && hasRecovered) return { decision: raw, raw, review: null, clean, reasons: [] };
  const reasons = [...holds, 'recovery_in_progress'];
  return { decision: 'HOLD_AND_REVIEW', raw, review, clean, reasons };
}

/**
 * The checker is off (D-06): what was published last must not stand as if it had been looked at,
 * and a review is never softened by not looking.
 */
export function decideDisabled(
  prior: Prior,
  { now, alarms }: Pick<Occasion, 'now' | 'alarms'>,
): Decided {
  const raw = 'HOLD_AND_REVIEW';
  const reasons = [...alarms, 'rollout_checker_disabled'];
  if (prior.decision === 'ROLLBACK_REVIEW_REQUIRED' || alarms.length > 0) {
    const review = reviewAfter(prior, now);
    return { decision: 'ROLLBACK_REVIEW_REQUIRED', raw, review, clean: NOT_CLEAN, reasons };
  }
  return { decision: raw, raw, review: prior.review, clean: NOT_CLEAN, reasons };
}

/** A review that follows another decision is a new one: whoever saw the last has not seen it. */
export function reviewAfter({ decision, review }: Prior, now: number): Review {
  if (decision !== 'ROLLBACK_REVIEW_REQUIRED') {
    return { openedAt: now, acknowledgedBy: null, acknowledgedAt: null };
  }
  assert(review !== null, 'where a review is required, one is open');
  return review;
}

/** A rerun of a session adds nothing to its row, and neither does one of an earlier session. */
export function cleanAfter(raw: RolloutDecision, clean: CleanRuns, asOf: string | null): CleanRuns {
  if (raw !== 'FORWARD_OK' || asOf === null) return NOT_CLEAN;
  if (clean.last !== null && asOf <= clean.last) return clean;
  return { count: clean.count + 1, last: asOf };
}

/** What was decided about a later session is not taken back by looking at an earlier one. */
function regressionOf({ newest }: Prior, asOf: string | null): readonly string[] {
  const isBefore = newest !== null && asOf !== null && asOf < newest;
  return isBefore ? [`session_before_the_last:${newest}`] : [];
}
