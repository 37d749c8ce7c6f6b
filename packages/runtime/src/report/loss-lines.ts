import { LOSS_LIMITS, type LossLimit } from '@holdfast/core/guard';
import { type State, lossNow } from '@holdfast/core/step';

const MICRO = 1_000_000;

/** One measure of loss against its limit, USD; null is unknown. */
export interface LossLine {
  readonly limit: LossLimit;
  /** What it is measured from: the start of its period, or the week's highest. */
  readonly from_usd: number | null;
  /** A gain is below zero. */
  readonly loss_usd: number | null;
  readonly allowed_usd: number | null;
  readonly is_latched: boolean;
}

export function lossLines(state: State): readonly LossLine[] {
  return LOSS_LIMITS.map((limit) => {
    const measure = lossNow(state, limit);
    const known = typeof measure === 'string' ? null : measure;
    return {
      limit,
      from_usd: known === null ? null : known.baseline / MICRO,
      loss_usd: known === null ? null : known.loss / MICRO,
      allowed_usd: known === null ? null : known.allowed / MICRO,
      is_latched: state.observations.riskCauses.has(limit),
    };
  });
}
