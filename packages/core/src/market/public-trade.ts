import type { Side } from '../intent/intent.ts';
import type { AmountE8, InstrumentName, MonoMs, PriceE8 } from '../values/index.ts';

/** Somebody traded. `tradeSeq` counts the trades of one instrument without a hole (VR-022). */
export interface PublicTradeObserved {
  readonly kind: 'publicTradeObserved';
  readonly at: MonoMs;
  readonly instrument: InstrumentName;
  readonly tradeSeq: number;
  readonly priceE8: PriceE8;
  readonly amountE8: AmountE8;
  /** Of who came later. */
  readonly side: Side;
}

/** One trade of an answer; `tradedAt` is the venue's word, by our clock. */
export interface PublicTrade {
  readonly instrument: InstrumentName;
  readonly tradeSeq: number;
  readonly priceE8: PriceE8;
  readonly amountE8: AmountE8;
  readonly side: Side;
  readonly tradedAt: MonoMs;
}

/**
 * What the venue answered when it was asked for trades: the latest of a market, newest first, or
 * those of one instrument that were missed, oldest first.
 */
export interface PublicTradesObserved {
  readonly kind: 'publicTradesObserved';
  readonly at: MonoMs;
  readonly requestId: number;
  readonly trades: readonly PublicTrade[];
  /** There are no more of what was asked for. */
  readonly isComplete: boolean;
}
