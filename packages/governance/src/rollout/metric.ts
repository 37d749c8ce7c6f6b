/** The metrics of the monitor by name: which way is good, who is measured, how (section 8.6). */
import type { Decimal } from './decimal.ts';
import {
  entryOverlapLoss,
  exitOverlapLoss,
  maxDrawdown,
  maxLossStreak,
  netReturnDelta,
  observeRemovals,
  overRemovals,
  profitFactorDelta,
  robustCases,
  stressedReturnDelta,
} from './measures.ts';
import type { BranchTrades } from './trade.ts';

/** `min`: the value must be at least the threshold. `max`: at most. */
export type Direction = 'min' | 'max';

export interface Metric {
  readonly direction: Direction;
  /** Branch or pair, by role. */
  readonly of: 'candidate' | 'candidate-control' | 'candidate-reference';
  readonly measure: (trades: BranchTrades) => Decimal | null;
}

/** A direction is a fact about the metric, and no setting: reversed, it passes what is worst. */
export const METRICS = {
  net_return_delta: { direction: 'min', of: 'candidate-control', measure: netReturnDelta },
  profit_factor_delta: { direction: 'min', of: 'candidate-control', measure: profitFactorDelta },
  max_drawdown: { direction: 'min', of: 'candidate', measure: maxDrawdown },
  max_loss_streak: { direction: 'max', of: 'candidate', measure: maxLossStreak },
  stressed_return_delta: {
    direction: 'min',
    of: 'candidate-control',
    measure: stressedReturnDelta,
  },
  over_removals: { direction: 'max', of: 'candidate-control', measure: overRemovals },
  observe_removals: { direction: 'max', of: 'candidate-control', measure: observeRemovals },
  robust_sensitivity_cases: { direction: 'min', of: 'candidate', measure: robustCases },
  entry_overlap_loss: { direction: 'max', of: 'candidate-reference', measure: entryOverlapLoss },
  exit_overlap_loss: { direction: 'max', of: 'candidate-reference', measure: exitOverlapLoss },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricId = keyof typeof METRICS;
export const METRIC_IDS = Object.keys(METRICS) as readonly MetricId[];
