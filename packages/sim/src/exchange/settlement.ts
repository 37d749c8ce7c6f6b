import type { Currency, InstrumentName } from '@holdfast/core/values';
import { E8 } from '@holdfast/core/values';
import { type Account, bookTrade, credit, heldSteps } from './account.ts';
import { deliveryFeeE8 } from './fees.ts';
import { closeValueE8, optionPayoffE8 } from './valuation.ts';
import { cancelOrder } from './trading.ts';
import { type Listing, nextId, type VenueState } from './venue-state.ts';

/**
 * Delivers everything whose expiry has come, at the index as it stands, in order of expiry and
 * name.
 */
export function settleExpired(state: VenueState): void {
  if (state.now < state.nextExpiry) return;
  const due = [...state.listings.values()].filter((listing) => expiryOf(listing) <= state.now);
  due.sort((a, b) => expiryOf(a) - expiryOf(b) || (a.instrument.name < b.instrument.name ? -1 : 1));
  const gone: InstrumentName[] = [];
  for (const listing of due) {
    const { name, underlying } = listing.instrument;
    for (const order of listing.book.resting()) cancelOrder(state, order, 'settlement');
    const index = state.indexes.get(underlying);
    if (heldSteps(state.client, name) !== 0) {
      if (index === undefined) throw new RangeError(`${name}: no index price to deliver at`);
      deliver(state, listing, index);
    }
    state.listings.delete(name);
    state.expired.add(name);
    gone.push(name);
  }
  state.nextExpiry = Number.POSITIVE_INFINITY;
  for (const listing of state.listings.values()) {
    state.nextExpiry = Math.min(state.nextExpiry, expiryOf(listing));
  }
  state.notify('instruments', { timestamp: state.now, listed: [], gone });
}

function expiryOf(listing: Listing): number {
  return listing.instrument.expiry ?? Number.POSITIVE_INFINITY;
}

function deliver(state: VenueState, listing: Listing, indexE8: number): void {
  const { instrument } = listing;
  const currency = instrument.settlement;
  const isOption = instrument.kind === 'option';
  const steps = heldSteps(state.client, instrument.name);
  const signedE8 = steps * instrument.amountStepE8;
  const brought = isOption
    ? optionPayoffE8(instrument, signedE8, indexE8)
    : closeValueE8(instrument, steps, indexE8);
  const settlementPriceE8 = isOption ? optionPayoffE8(instrument, E8, indexE8) : indexE8;
  const basis = { amountE8: Math.abs(signedE8), priceE8: settlementPriceE8, indexE8 };
  const feeE8 = deliveryFeeE8(instrument, basis);
  const before = state.client.cash.get(currency) ?? 0;
  bookTrade(state.client, instrument, 0 - steps, 0 - brought);
  bookTrade(state.market, instrument, steps, brought);
  credit(state.client.cash, currency, 0 - feeE8);
  credit(state.fees, currency, feeE8);
  const settlement = {
    settlementId: nextId(state, 'settlement', currency),
    instrument,
    currency,
    timestamp: state.now,
    amountE8: signedE8,
    settlementPriceE8,
    indexPriceE8: indexE8,
    cashE8: cashOf(state.client, currency) - before,
    feeE8,
  };
  state.settlements.push(settlement);
  state.notify('settlement', settlement);
}

function cashOf(account: Account, currency: Currency): number {
  return account.cash.get(currency) ?? 0;
}
