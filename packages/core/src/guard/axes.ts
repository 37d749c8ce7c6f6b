import type { TradingMode } from './mode.ts';

/**
 * Capital: can we pay? Market: can we trust the road? System: can we trust ourselves? (contract-1
 * section 34.1)
 */
export type CapitalAxis = 'SAFE' | 'WARNING' | 'CRITICAL';
/** `BROKEN` is reserved; no ceiling produces it in v5.2. */
export type MarketAxis = 'STABLE' | 'STRESSED' | 'BROKEN';
export type SystemAxis = 'HEALTHY' | 'DEGRADED' | 'FAILING';

type SystemRow = Readonly<Record<SystemAxis, TradingMode>>;

const OPEN: SystemRow = { HEALTHY: 'Active', DEGRADED: 'ReduceOnly', FAILING: 'Kill' };
const HELD: SystemRow = { HEALTHY: 'ReduceOnly', DEGRADED: 'ReduceOnly', FAILING: 'Kill' };
const DEAD: SystemRow = { HEALTHY: 'Kill', DEGRADED: 'Kill', FAILING: 'Kill' };

/**
 * The 27 states: 1 Active, 11 ReduceOnly, 15 Kill. The table wins over the contract's prose (D-12,
 * AMB-28).
 */
const TABLE: Readonly<Record<CapitalAxis, Readonly<Record<MarketAxis, SystemRow>>>> = {
  SAFE: { STABLE: OPEN, STRESSED: HELD, BROKEN: HELD },
  WARNING: { STABLE: HELD, STRESSED: HELD, BROKEN: HELD },
  CRITICAL: { STABLE: DEAD, STRESSED: DEAD, BROKEN: DEAD },
};

/** Pure in the triple, and monotonic: a worse axis never gives a looser mode (AMB-29). */
export function resolveTriple(
  capital: CapitalAxis,
  market: MarketAxis,
  system: SystemAxis,
): TradingMode {
  return TABLE[capital][market][system];
}
