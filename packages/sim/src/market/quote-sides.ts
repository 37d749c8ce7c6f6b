import type { Instrument } from '@holdfast/core/instrument';
import { E8 } from '@holdfast/core/values';
import { ladderCeilE8, ladderFloorE8, priceAboveE8 } from '../exchange/tick-ladder.ts';
import type { LiveQuote } from './market-model.ts';
import { centsE8 } from './option-pricer.ts';

/** Best prices in ticks; null where nobody quotes. */
export interface Sides {
  readonly bidTicks: number | null;
  readonly askTicks: number | null;
}

/** Bid and ask on the ladder, rounded outward; no bid where it would be below the least tick. */
export function sidesAround(instrument: Instrument, middle: number, half: number): Sides {
  const { tickE8 } = instrument;
  const low = Math.floor((middle - half) * E8);
  const bidE8 = low > 0 ? ladderFloorE8(instrument, low) : 0;
  const askE8 = ladderCeilE8(instrument, Math.max(1, Math.ceil((middle + half) * E8)));
  const above = askE8 > bidE8 ? askE8 : priceAboveE8(instrument, bidE8);
  return { bidTicks: bidE8 === 0 ? null : bidE8 / tickE8, askTicks: above / tickE8 };
}

/** Each price on the nearest tick of the ladder; an ask stays above its bid. */
export function sidesNearest(
  instrument: Instrument,
  bid: number | null,
  ask: number | null,
): Sides {
  const { tickE8 } = instrument;
  const low = bid === null ? 0 : nearestE8(instrument, bid);
  const least = low > 0 ? priceAboveE8(instrument, low) : tickE8;
  const high = ask === null ? null : Math.max(least, nearestE8(instrument, ask)) / tickE8;
  return { bidTicks: low > 0 ? low / tickE8 : null, askTicks: high };
}

/** The tick at a price, in the price's own unit. */
export function tickAt(instrument: Instrument, price: number): number {
  const at = ladderFloorE8(instrument, Math.max(instrument.tickE8, Math.floor(price * E8)));
  return (priceAboveE8(instrument, at) - at) / E8;
}

/** Half spread of a future in an ordinary market, as a fraction of its price. */
const FUTURE_HALF = { perpetual: 0.000004, term: 0.00006 } as const;

interface FutureMarket {
  readonly price: number;
  readonly indexE8: number;
  readonly spreadScale: number;
  /** On top of the usual half spread, as a share of the price. */
  readonly halfMore?: number;
  readonly meanUsd: number;
  readonly isQuoted: boolean;
}

/** A future has a price, a spread around it, and no greeks; its underlying is the index. */
export function futureQuote(instrument: Instrument, market: FutureMarket): LiveQuote {
  const { price, indexE8, spreadScale, halfMore = 0, meanUsd, isQuoted } = market;
  const share = instrument.expiry === null ? FUTURE_HALF.perpetual : FUTURE_HALF.term;
  const sides = sidesAround(instrument, price, price * (share * spreadScale + halfMore));
  return {
    instrument,
    bidTicks: isQuoted ? sides.bidTicks : null,
    askTicks: isQuoted ? sides.askTicks : null,
    markE8: centsE8(price),
    underlyingE8: indexE8,
    iv: null,
    delta: null,
    vega: null,
    gamma: null,
    theta: null,
    rho: null,
    meanUsd,
    pace: 'fast',
  };
}

function nearestE8(instrument: Instrument, price: number): number {
  const wantedE8 = price * E8;
  const floorE8 = ladderFloorE8(instrument, Math.floor(wantedE8));
  const aboveE8 = floorE8 > 0 ? priceAboveE8(instrument, floorE8) : instrument.tickE8;
  return wantedE8 - floorE8 < aboveE8 - wantedE8 ? floorE8 : aboveE8;
}
