import { E8, type MicroUsd, mulDivDown, type WallMs, wallMs } from '../values/index.ts';

/** The measures of loss that latch (phases section 1.3), in the order of the policy. */
export const LOSS_LIMITS = ['daily_loss', 'weekly_loss', 'drawdown'] as const;
export type LossLimit = (typeof LOSS_LIMITS)[number];

/** The policy's own name for each. */
export const LOSS_LIMIT_KEYS = {
  daily_loss: 'max_daily_loss_usd',
  weekly_loss: 'max_weekly_loss_usd',
  drawdown: 'max_drawdown_pct',
} as const satisfies Record<LossLimit, string>;

/** What equity is measured from: its first reading of a day or a week, and the week's highest. */
export type EquityMarkName = 'day_start' | 'week_start' | 'week_peak';

/** `period`: 00:00 UTC of the day, or of the Monday, it belongs to. */
export interface EquityMark {
  readonly period: WallMs;
  readonly equity: MicroUsd;
}

export type EquityMarks = ReadonlyMap<EquityMarkName, EquityMark>;

/** Which mark each limit is measured from. */
export const MARK_OF = {
  daily_loss: 'day_start',
  weekly_loss: 'week_start',
  drawdown: 'week_peak',
} as const satisfies Record<LossLimit, EquityMarkName>;

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
/** 1970-01-01 was a Thursday: three days after a Monday. */
const DAYS_INTO_FIRST_WEEK = 3;

/** 00:00 UTC of that day. */
export function dayOf(at: number): WallMs {
  return wallMs(Math.floor(at / DAY_MS) * DAY_MS);
}

/** Monday 00:00 UTC of that week. */
export function weekOf(at: number): WallMs {
  const day = Math.floor(at / DAY_MS) + DAYS_INTO_FIRST_WEEK;
  return wallMs((day - (day % WEEK_DAYS) - DAYS_INTO_FIRST_WEEK) * DAY_MS);
}

/** The period a mark of this name would be of, now. */
export function periodOf(name: EquityMarkName, at: number): WallMs {
  return name === 'day_start' ? dayOf(at) : weekOf(at);
}

/** One measure now. Money in micro-USD; a gain is a loss below zero. */
export interface LossMeasure {
  readonly limit: LossLimit;
  readonly baseline: MicroUsd;
  readonly loss: MicroUsd;
  /** The loss at which it latches: of a drawdown the share of the peak, rounded down. */
  readonly allowed: MicroUsd;
  readonly isReached: boolean;
}

/** What may be lost, as the launch policy has it. */
export interface LossLimits {
  readonly maxDailyLoss: MicroUsd;
  readonly maxWeeklyLoss: MicroUsd;
  readonly maxDrawdownPct: number;
}

/** Why there is no measure: nobody knows the equity, or what it was when the period began. */
export type LossUnknown = 'equity' | 'baseline';

/**
 * How far equity has fallen, by one limit's definition: from the start of the UTC day, from the
 * start of the week (Monday), or from the week's highest. Reached exactly at the limit. A peak of
 * nothing or less has no share that could be lost: unknown, and unknown is unsafe.
 */
export function measureLoss(
  limit: LossLimit,
  marks: EquityMarks,
  equity: MicroUsd | null,
  now: number,
  limits: LossLimits,
): LossMeasure | LossUnknown {
  if (equity === null) return 'equity';
  const name = MARK_OF[limit];
  const mark = marks.get(name);
  if (mark === undefined || mark.period !== periodOf(name, now)) return 'baseline';
  const allowed = allowedOf(limit, mark.equity, limits);
  const loss = mark.equity - equity;
  if (!(allowed > 0) || !Number.isSafeInteger(loss)) return 'baseline';
  return {
    limit,
    baseline: mark.equity,
    loss: loss as MicroUsd,
    allowed: allowed as MicroUsd,
    isReached: loss >= allowed,
  };
}

function allowedOf(limit: LossLimit, peak: MicroUsd, limits: LossLimits): number {
  if (limit === 'daily_loss') return limits.maxDailyLoss;
  if (limit === 'weekly_loss') return limits.maxWeeklyLoss;
  // 1e-8 of a percent is below any figure a policy states; what is cut off makes it stricter.
  return mulDivDown(peak, Math.floor(limits.maxDrawdownPct * E8), E8 * 100);
}
