import type { ModeReasonCode } from './codes.ts';

/** Computed every tick and before every dispatch; never stored (contract-1 section 34). */
export type TradingMode = 'Active' | 'ReduceOnly' | 'Kill';

export type RiskState = 'Healthy' | 'Degraded' | 'Maintenance' | 'Kill';

/** The mode and every active reason of its tier, in contract order. Active has none. */
export interface ResolvedMode {
  readonly mode: TradingMode;
  readonly reasons: readonly ModeReasonCode[];
}
