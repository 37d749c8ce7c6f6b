import type { LegProposal, Quote, Side, StrategyView } from '@holdfast/core/strategy';
import { type FairValue, unitUsd } from './expiry-slices.ts';
import { iocLeg } from './ioc-leg.ts';

/** One leg at its touch, with the edge it has by itself. */
export interface LegEdge {
  readonly leg: LegProposal;
  /** After its own fee, USD. No slippage: no leg is larger than what its touch offers. */
  readonly netUsd: number;
}

/**
 * What a leg at the touch gains if the option is worth `fair`; null where a price or the fee is
 * not known. Each leg has to earn its own fee: the net-edge gate asks every leg by itself.
 */
export function legEdge(
  view: StrategyView,
  quote: Quote,
  side: Side,
  quantity: number,
  fair: FairValue,
  index: number,
): LegEdge | null {
  const price = side === 'buy' ? quote.ask : quote.bid;
  if (price === null || !(price > 0 && price < Infinity)) return null;
  const gained = side === 'buy' ? fair.price - price : price - fair.price;
  // D-16: an edge becomes USD by the index, whatever the forward it was priced from.
  const grossUsd = gained * quantity * unitUsd(quote, index);
  // At the highest price that may be paid or taken, because the gates count it so.
  const feeUsd = view.feeUsd(quote.instrument.name, quantity, Math.max(price, fair.price));
  if (feeUsd === null || !Number.isFinite(grossUsd)) return null;
  const leg = iocLeg(quote.instrument.name, side, quantity, price, fair);
  return { leg: { ...leg, grossEdgeUsd: grossUsd }, netUsd: grossUsd - feeUsd };
}

/** Members of one touch: offered to a buyer, bid to a seller. */
export function touchAmount(quote: Quote, side: Side): number {
  return side === 'buy' ? quote.askAmount : quote.bidAmount;
}
