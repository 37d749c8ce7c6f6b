import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, E8 } from '@holdfast/core/values';
import { heldSteps, type Position } from './account.ts';
import { tradeFeeE8 } from './fees.ts';
import { fundingDueE8 } from './funding.ts';
import { remainingSteps, type VenueOrder } from './orders.ts';
import { mulDivCeil, mulDivFloor } from './signed-quotient.ts';
import type { Trader } from './trader.ts';
import { closeValueE8, coinAmountE8, costE8 } from './valuation.ts';
import type { Listing, VenueState } from './venue-state.ts';

/**
 * Deribit's segregated standard margin, rates at 1e-8 of the underlying. Long options need none.
 */
const OPTION_INITIAL_E8 = 15_000_000;
const OPTION_INITIAL_MIN_E8 = 10_000_000;
const OPTION_MAINTENANCE_E8 = 7_500_000;
const FUTURE_INITIAL_E8 = 2_000_000;
const FUTURE_MAINTENANCE_E8 = 1_000_000;
/** Added to a future's rates for every coin of position. */
const FUTURE_SLOPE_E8: ReadonlyMap<string, number> = new Map([
  ['BTC', 5_000],
  ['ETH', 200],
]);

export interface Margin {
  readonly initialE8: number;
  readonly maintenanceE8: number;
}

/** What margin is computed from, at 1e-8. */
export interface Marks {
  readonly markE8: number;
  readonly underlyingE8: number;
  readonly indexE8: number;
}

/** Account figures of one currency at 1e-8. */
export interface Standing {
  readonly cashE8: number;
  readonly futuresProfitE8: number;
  readonly optionsValueE8: number;
  readonly equityE8: number;
  /** Cash and futures profit: a long option's value secures nothing. */
  readonly marginBalanceE8: number;
  readonly positionsInitialE8: number;
  readonly ordersInitialE8: number;
  readonly maintenanceE8: number;
  readonly availableE8: number;
}

const NONE: Margin = { initialE8: 0, maintenanceE8: 0 };

/** Margin of a signed position, at 1e-8 of its settlement currency, rounded up. */
export function positionMargin(instrument: Instrument, steps: number, marks: Marks): Margin {
  if (instrument.kind !== 'option') return futureMargin(instrument, steps, marks);
  if (steps >= 0) return NONE;
  return shortOptionMargin(instrument, 0 - steps, marks);
}

function shortOptionMargin(instrument: Instrument, steps: number, marks: Marks): Margin {
  const { option } = instrument;
  if (option === null) return NONE;
  const { underlyingE8 } = marks;
  const isCall = option.type === 'call';
  const away = isCall ? option.strikeE8 - underlyingE8 : underlyingE8 - option.strikeE8;
  const awayE8 = away > 0 ? mulDivFloor(away, E8, underlyingE8) : 0;
  const markE8 =
    instrument.quote === 'coin' ? marks.markE8 : mulDivCeil(marks.markE8, E8, underlyingE8);
  const base = Math.max(OPTION_INITIAL_E8 - awayE8, OPTION_INITIAL_MIN_E8) + markE8;
  const kept = isCall
    ? OPTION_MAINTENANCE_E8
    : Math.max(OPTION_MAINTENANCE_E8, mulDivCeil(markE8, OPTION_MAINTENANCE_E8, E8));
  const maintenance = kept + markE8;
  const amountE8 = steps * instrument.amountStepE8;
  const inSettlement = (rateE8: number): number => {
    const coins = mulDivCeil(amountE8, rateE8, E8);
    return instrument.quote === 'coin' ? coins : mulDivCeil(coins, underlyingE8, E8);
  };
  return {
    initialE8: inSettlement(Math.max(base, maintenance)),
    maintenanceE8: inSettlement(maintenance),
  };
}

function futureMargin(instrument: Instrument, steps: number, marks: Marks): Margin {
  if (steps === 0) return NONE;
  const coinsE8 = Math.abs(coinAmountE8(instrument, steps, marks.indexE8));
  const slope = FUTURE_SLOPE_E8.get(instrument.underlying) ?? 0;
  const extra = mulDivCeil(coinsE8, slope, E8);
  const notionalE8 =
    instrument.amountUnit === 'usd' ? coinsE8 : mulDivCeil(coinsE8, marks.markE8, E8);
  return {
    initialE8: mulDivCeil(notionalE8, FUTURE_INITIAL_E8 + extra, E8),
    maintenanceE8: mulDivCeil(notionalE8, FUTURE_MAINTENANCE_E8 + extra, E8),
  };
}

/** Marks of a listing; null while its mark or index is unknown. */
export function marksOf(state: VenueState, listing: Listing): Marks | null {
  const indexE8 = state.indexes.get(listing.instrument.underlying);
  const { ticker } = listing;
  if (indexE8 === undefined || ticker === null) return null;
  return { markE8: ticker.markPriceE8, underlyingE8: ticker.underlyingPriceE8, indexE8 };
}

/**
 * What filling `steps` (signed) at `priceE8` would take from available funds: premium or mark loss,
 * fee, and the change of margin. Negative when it sets funds free.
 */
export function fundsImpactE8(
  trader: Trader,
  listing: Listing,
  marks: Marks,
  steps: number,
  priceE8: number,
): number {
  const { instrument } = listing;
  const held = heldSteps(trader.holdings, instrument.name);
  const amountE8 = Math.abs(steps) * instrument.amountStepE8;
  const fee = tradeFeeE8(instrument, { amountE8, priceE8, indexE8: marks.indexE8 }, 'taker');
  const margin =
    positionMargin(instrument, held + steps, marks).initialE8 -
    positionMargin(instrument, held, marks).initialE8;
  const paid = costE8(instrument, steps, priceE8);
  if (instrument.kind === 'option') return paid + fee + margin;
  return Math.max(0, paid - costE8(instrument, steps, marks.markE8)) + fee + margin;
}

/**
 * Funds an open order holds back: its impact if all of it filled at its limit, never less than
 * nothing.
 */
export function reservedE8(
  state: VenueState,
  trader: Trader,
  listing: Listing,
  order: VenueOrder,
): number {
  const marks = marksOf(state, listing);
  if (marks === null) return 0;
  const { instrument, side, reduceOnly } = order.request;
  const held = Math.abs(heldSteps(trader.holdings, instrument.name));
  const left = remainingSteps(order);
  const steps = reduceOnly ? Math.min(left, held) : left;
  if (steps === 0) return 0;
  const signed = side === 'buy' ? steps : 0 - steps;
  const priceE8 = order.ticks * instrument.tickE8;
  return Math.max(0, fundsImpactE8(trader, listing, marks, signed, priceE8));
}

/** A future's profit that is not cash yet: against its cost, with the funding it has earned. */
export function openProfitE8(
  state: VenueState,
  listing: Listing,
  position: Position,
  marks: Marks,
): number {
  const { instrument, steps, costE8: cost } = position;
  const value = closeValueE8(instrument, steps, marks.markE8) - cost;
  if (listing.interest === null) return value;
  return value + fundingDueE8(listing.interest, position, marks.indexE8, state.now);
}

export function standingOf(state: VenueState, trader: Trader, currency: Currency): Standing {
  const cashE8 = trader.holdings.cash.get(currency) ?? 0;
  let futuresProfitE8 = 0;
  let optionsValueE8 = 0;
  let positionsInitialE8 = 0;
  let maintenanceE8 = 0;
  for (const position of trader.holdings.positions.values()) {
    const { instrument, steps } = position;
    const listing = state.listings.get(instrument.name);
    if (instrument.settlement !== currency || listing === undefined) continue;
    const marks = marksOf(state, listing);
    if (marks === null) continue;
    if (instrument.kind !== 'option') {
      futuresProfitE8 += openProfitE8(state, listing, position, marks);
    } else optionsValueE8 += closeValueE8(instrument, steps, marks.markE8);
    const margin = positionMargin(instrument, steps, marks);
    positionsInitialE8 += margin.initialE8;
    maintenanceE8 += margin.maintenanceE8;
  }
  const ordersInitialE8 = ordersMarginE8(state, trader, currency);
  const marginBalanceE8 = cashE8 + futuresProfitE8;
  return {
    cashE8,
    futuresProfitE8,
    optionsValueE8,
    equityE8: marginBalanceE8 + optionsValueE8,
    marginBalanceE8,
    positionsInitialE8,
    ordersInitialE8,
    maintenanceE8,
    availableE8: marginBalanceE8 - positionsInitialE8 - ordersInitialE8,
  };
}

function ordersMarginE8(state: VenueState, trader: Trader, currency: Currency): number {
  let total = 0;
  // A ladder of equal orders costs one computation: it is asked for with every order.
  let last: VenueOrder | null = null;
  let lastE8 = 0;
  for (const order of trader.orders.open()) {
    const { instrument } = order.request;
    if (instrument.settlement !== currency) continue;
    if (last === null || !holdsBackTheSame(last, order)) {
      const listing = state.listings.get(instrument.name);
      lastE8 = listing === undefined ? 0 : reservedE8(state, trader, listing, order);
      last = order;
    }
    total += lastE8;
  }
  return total;
}

function holdsBackTheSame(one: VenueOrder, other: VenueOrder): boolean {
  return (
    one.request.instrument === other.request.instrument &&
    one.request.side === other.request.side &&
    one.request.reduceOnly === other.request.reduceOnly &&
    one.ticks === other.ticks &&
    remainingSteps(one) === remainingSteps(other)
  );
}
