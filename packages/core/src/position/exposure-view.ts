import type { AmountE8, CoinE8, Currency, InstrumentName, MicroUsd } from '../values/index.ts';

/**
 * Position and pending (reserved, unfilled) exposure; coin deltas at 1e-8, notionals in micro-USD.
 */
export interface ExposureView {
  positionE8(instrument: InstrumentName): AmountE8;
  currentDeltaE8(underlying: Currency): CoinE8;
  /**
   * Reservations that raise delta, and those that lower it: the worst case uses one side
   * (contract-1 section 17).
   */
  pendingLongDeltaE8(underlying: Currency): CoinE8;
  pendingShortDeltaE8(underlying: Currency): CoinE8;
  positionNotional(underlying: Currency): MicroUsd;
  pendingNotional(underlying: Currency): MicroUsd;
  readonly underlyings: Iterable<Currency>;
}
