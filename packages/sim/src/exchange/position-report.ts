import type { Currency } from '@holdfast/core/values';
import type { Position } from './account.ts';
import { totalAt } from './funding.ts';
import { isWantedKind, kindOf } from './instrument-kind.ts';
import { type Marks, marksOf, openProfitE8, positionMargin, reservedE8 } from './margin.ts';
import { greeksOf } from './option-analytics.ts';
import type { Trader } from './trader.ts';
import { closeValueE8, coinAmountE8 } from './valuation.ts';
import type { Params } from './venue-error.ts';
import type { Listing, VenueState } from './venue-state.ts';
import { decimal, wireAmount } from './wire.ts';

type Json = Readonly<Record<string, unknown>>;

/** A position of something that has a mark. */
export interface OpenPosition {
  readonly position: Position;
  readonly listing: Listing;
  readonly marks: Marks;
}

/** @param currency null is every one. */
export function openPositions(
  state: VenueState,
  trader: Trader,
  currency: Currency | null,
): readonly OpenPosition[] {
  const open: OpenPosition[] = [];
  for (const position of trader.holdings.positions.values()) {
    const listing = state.listings.get(position.instrument.name);
    const marks = listing === undefined ? null : marksOf(state, listing);
    if (listing === undefined || marks === null) continue;
    if (currency !== null && position.instrument.settlement !== currency) continue;
    open.push({ position, listing, marks });
  }
  return open;
}

/** `private/get_positions`. */
export function positions(
  state: VenueState,
  trader: Trader,
  currency: Currency | null,
  params: Params,
): readonly Json[] {
  return openPositions(state, trader, currency)
    .filter(({ position: { instrument } }) => isWantedKind(instrument, params))
    .map((open) => toWirePosition(state, trader, open));
}

/** `private/get_position`: what is not held is told as a position of nothing. */
export function positionIn(state: VenueState, trader: Trader, listing: Listing): Json {
  const marks = marksOf(state, listing);
  const held = trader.holdings.positions.get(listing.instrument.name);
  if (held !== undefined && marks !== null) {
    return toWirePosition(state, trader, { position: held, listing, marks });
  }
  const { instrument } = listing;
  return {
    instrument_name: instrument.name,
    kind: kindOf(instrument),
    direction: 'zero',
    size: 0,
    ...(instrument.kind === 'option' ? {} : { size_currency: 0 }),
    average_price: 0,
    mark_price: decimal(marks?.markE8 ?? 0),
    index_price: decimal(marks?.indexE8 ?? 0),
    settlement_price: decimal(listing.settledMarkE8 ?? 0),
    delta: 0,
    initial_margin: 0,
    maintenance_margin: 0,
    open_orders_margin: decimal(reservedIn(state, trader, listing)),
    floating_profit_loss: 0,
    realized_profit_loss: 0,
    total_profit_loss: 0,
    ...(instrument.kind === 'option' ? {} : { estimated_liquidation_price: 0 }),
  };
}

function toWirePosition(state: VenueState, trader: Trader, open: OpenPosition): Json {
  const { position: held, listing, marks } = open;
  const { instrument, steps } = held;
  const margin = positionMargin(instrument, steps, marks);
  const coins = decimal(coinAmountE8(instrument, steps, marks.indexE8));
  const isOption = instrument.kind === 'option';
  const floating = isOption
    ? closeValueE8(instrument, steps, marks.markE8) - held.costE8
    : openProfitE8(state, listing, held, marks);
  return {
    instrument_name: instrument.name,
    kind: kindOf(instrument),
    direction: steps > 0 ? 'buy' : 'sell',
    size: wireAmount(instrument, steps),
    average_price: averagePrice(held),
    mark_price: decimal(marks.markE8),
    index_price: decimal(marks.indexE8),
    settlement_price: decimal(listing.settledMarkE8 ?? 0),
    initial_margin: decimal(margin.initialE8),
    maintenance_margin: decimal(margin.maintenanceE8),
    open_orders_margin: decimal(reservedIn(state, trader, listing)),
    floating_profit_loss: decimal(floating),
    realized_profit_loss: decimal(held.realisedE8),
    total_profit_loss: decimal(floating + held.realisedE8),
    ...(isOption ? optionFigures(state, open, coins) : futureFigures(state, open, coins)),
  };
}

function optionFigures(state: VenueState, open: OpenPosition, coins: number): Json {
  const { position: held, listing, marks } = open;
  const { ticker } = listing;
  const greeks = ticker === null ? null : greeksOf(ticker, state.now);
  const usd = held.instrument.quote === 'coin' ? decimal(marks.indexE8) : 1;
  const floating = closeValueE8(held.instrument, held.steps, marks.markE8) - held.costE8;
  return {
    delta: coins * (greeks?.delta ?? 0),
    gamma: coins * (greeks?.gamma ?? 0),
    vega: coins * (greeks?.vega ?? 0),
    theta: coins * (greeks?.theta ?? 0),
    average_price_usd: averagePrice(held) * usd,
    floating_profit_loss_usd: decimal(floating) * usd,
  };
}

function futureFigures(
  state: VenueState,
  { position: held, listing }: OpenPosition,
  coins: number,
): Json {
  const { interest } = listing;
  return {
    delta: coins,
    size_currency: coins,
    leverage: 50,
    // Nothing is liquidated here: there is no price at which it would be.
    estimated_liquidation_price: 0,
    ...(interest === null
      ? {}
      : {
          realized_funding: decimal(held.fundingE8),
          interest_value: totalAt(interest, state.now),
        }),
  };
}

function reservedIn(state: VenueState, trader: Trader, listing: Listing): number {
  let reserved = 0;
  for (const order of listing.book.resting()) {
    if (order.account === trader.id) reserved += reservedE8(state, trader, listing, order);
  }
  return reserved;
}

/** Analytics: the price at which the open part was bought or sold, on average. */
function averagePrice({ instrument, steps, entryE8 }: Position): number {
  const amount = wireAmount(instrument, steps);
  if (instrument.amountUnit === 'usd') return entryE8 === 0 ? 0 : (0 - amount) / decimal(entryE8);
  return decimal(entryE8) / amount;
}
