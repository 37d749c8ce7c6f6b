import type { Instrument } from '../instrument/instrument.ts';
import type { Currency } from '../values/index.ts';

/**
 * Whose trades are heard together: the venue tells them by kind and by the currency they are
 * settled in, perpetuals with the futures.
 */
export interface TradeMarket {
  readonly currency: Currency;
  readonly family: TradeFamily;
}

export type TradeFamily = 'option' | 'future';

export function tradeMarketOf({ settlement, kind }: Instrument): TradeMarket {
  return { currency: settlement, family: kind === 'option' ? 'option' : 'future' };
}

/** The key of a market's feed. */
export function tradeMarketKey({ currency, family }: TradeMarket): string {
  return `${family}.${currency}`;
}

/** The key of what is traded there in one coin: USDC settles many. */
export function tradeFlowKey(instrument: Instrument): string {
  return `${tradeMarketKey(tradeMarketOf(instrument))}.${instrument.underlying}`;
}

/** Whether both are traded in one flow: `tradeFlowKey` compared without making two strings. */
export function isSameFlow(a: Instrument, b: Instrument): boolean {
  if (a === b) return true;
  const isOption = a.kind === 'option';
  if (isOption !== (b.kind === 'option')) return false;
  return a.settlement === b.settlement && a.underlying === b.underlying;
}
