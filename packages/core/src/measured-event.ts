import type { NetworkFigures } from './guard/monitors/bunker.ts';
import type { ClockReading } from './guard/monitors/clock-drift.ts';
import type { OperationsLock } from './guard/operations-lock.ts';
import type { SmileTrip } from './market/smile-desk.ts';
import type { MonoMs, StrategyId } from './values/index.ts';

/**
 * The network as the connection measured it, once a second; null: not to be computed (contract-1
 * section 42).
 */
export interface NetworkMeasured extends NetworkFigures {
  readonly kind: 'networkMeasured';
  readonly at: MonoMs;
}

/** How far our clock is from the venue's, and from the time of the machine (D-18). */
export interface ClockMeasured extends ClockReading {
  readonly kind: 'clockMeasured';
}

/** A smile fit of this strategy was refused, and it counts (contract-2 section 9). */
export interface SmileGuardTripped extends SmileTrip {
  readonly kind: 'smileGuardTripped';
  readonly at: MonoMs;
  readonly strategyId: StrategyId;
}

/** What the file of the operations lock said (D-2): it can only tighten. */
export interface OperationsLockRead {
  readonly kind: 'operationsLockRead';
  readonly at: MonoMs;
  readonly lock: OperationsLock;
}

export type MeasuredEvent =
  | NetworkMeasured
  | ClockMeasured
  | SmileGuardTripped
  | OperationsLockRead;
