import type { Currency, InstrumentName } from '@holdfast/core/values';
import { E8 } from '@holdfast/core/values';
import { type Account, bookTrade, credit, heldSteps } from './account.ts';
import { cancelOrder } from './cancelling.ts';
import { deliveryFeeE8 } from './fees.ts';
import { logDelivery, unsettledOf } from './transaction-log.ts';
import type { Trader } from './trader.ts';
import { closeValueE8, optionPayoffE8 } from './valuation.ts';
import { type Listing, nextId, type VenueState } from './venue-state.ts';

/**
 * Delivers everything whose expiry has come, at the index as it stands, in order of expiry and
 * name.
 */
export function settleExpired(state: VenueState): void {
  if (state.now < state.nextExpiry) return;
  const due = [...state.listings.values()].filter((listing) => expiryOf(listing) <= state.now);
  due.sort((a, b) => expiryOf(a) - expiryOf(b) || (a.instrument.name < b.instrument.name ? -1 : 1));
  const gone = due.map((listing) => close(state, listing));
  state.nextExpiry = Number.POSITIVE_INFINITY;
  for (const listing of state.listings.values()) {
    state.nextExpiry = Math.min(state.nextExpiry, expiryOf(listing));
  }
  state.notify('instruments', { timestamp: state.now, listed: [], gone });
}

/** Ends trading before its time: what is held is delivered at the index as it stands. */
export function delist(state: VenueState, listing: Listing): void {
  const gone = [close(state, listing)];
  state.notify('instruments', { timestamp: state.now, listed: [], gone });
}

function close(state: VenueState, listing: Listing): InstrumentName {
  const { name, underlying } = listing.instrument;
  for (const order of listing.book.resting()) cancelOrder(state, order, 'settlement');
  const index = state.indexes.get(underlying);
  for (const trader of state.traders.values()) {
    if (heldSteps(trader.holdings, name) === 0) continue;
    if (index === undefined) throw new RangeError(`${name}: no index price to deliver at`);
    deliver(state, trader, listing, index);
  }
  const { instrument, number, listedAt } = listing;
  state.listings.delete(name);
  state.expired.set(name, { instrument, number, listedAt });
  return name;
}

function expiryOf(listing: Listing): number {
  return listing.instrument.expiry ?? Number.POSITIVE_INFINITY;
}

function deliver(state: VenueState, trader: Trader, listing: Listing, indexE8: number): void {
  const { instrument } = listing;
  const currency = instrument.settlement;
  const isOption = instrument.kind === 'option';
  const { holdings } = trader;
  const steps = heldSteps(holdings, instrument.name);
  const signedE8 = steps * instrument.amountStepE8;
  const brought = isOption
    ? optionPayoffE8(instrument, signedE8, indexE8)
    : closeValueE8(instrument, steps, indexE8);
  const settlementPriceE8 = isOption ? optionPayoffE8(instrument, E8, indexE8) : indexE8;
  const basis = { amountE8: Math.abs(signedE8), priceE8: settlementPriceE8, indexE8 };
  const feeE8 = deliveryFeeE8(instrument, basis);
  const before = holdings.cash.get(currency) ?? 0;
  bookTrade(holdings, instrument, 0 - steps, 0 - brought);
  bookTrade(state.market, instrument, steps, brought);
  credit(holdings.cash, currency, 0 - feeE8);
  credit(state.fees, currency, feeE8);
  const settlement = {
    settlementId: nextId(state, 'settlement', currency),
    instrument,
    currency,
    timestamp: state.now,
    amountE8: signedE8,
    settlementPriceE8,
    indexPriceE8: indexE8,
    cashE8: cashOf(holdings, currency) - before,
    feeE8,
  };
  // What a future earned since the last daily settlement comes with its delivery.
  const { profitE8, fundingE8 } = unsettledOf(trader, instrument);
  trader.unsettled.delete(instrument.name);
  logDelivery(state, trader, {
    instrument,
    steps,
    settlementPriceE8,
    indexPriceE8: indexE8,
    feeE8,
    changeE8: settlement.cashE8 + profitE8 + fundingE8,
  });
  trader.settlements.push({ kind: 'delivery', notice: settlement });
  state.notify('settlement', settlement, trader.id);
  state.notify('portfolio', { currency }, trader.id);
}

function cashOf(account: Account, currency: Currency): number {
  return account.cash.get(currency) ?? 0;
}
