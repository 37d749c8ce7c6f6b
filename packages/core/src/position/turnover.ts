import { type CoinE8, type Currency, E8, mulDivUp, type PriceE8 } from '../values/index.ts';

/**
 * What a trade counts for in `max_daily_volume_usd`, micro-USD rounded up: the money that changes
 * hands, an option's premium or a future's notional, as the venue counts `volume_usd`. NaN where a
 * coin has no index price. What settles in another currency than its underlying settles in dollars.
 * @param cashE8 what the trade moves in the settlement currency, of either sign, without the fee.
 */
export function turnoverOf(
  cashE8: CoinE8,
  settlement: Currency,
  underlying: Currency,
  indexE8: PriceE8 | null,
): number {
  const size = Math.abs(cashE8);
  if (settlement !== underlying) return mulDivUp(size, 1, E8 / 1_000_000);
  return indexE8 !== null && indexE8 > 0 ? mulDivUp(size, indexE8, E8 * 100) : Number.NaN;
}
