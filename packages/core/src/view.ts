import { formatE8 } from './values/decimal.ts';
import { feeE8 } from './market/fees.ts';
import { openSmileDesk, type SmileMemory, type SmileMoment } from './market/smile-desk.ts';
import { DEFAULT_PARAMETERS } from './policy-document.ts';
import type { Quote, StrategyPosition, StrategyView } from './strategy.ts';
import type { ObservedListing, State } from './state.ts';
import { freshIndexE8 } from './turn/index-price.ts';
import { currentMode } from './turn/mode.ts';
import { referenceDepthUsd } from './turn/monitors.ts';
import {
  amountE8,
  currency,
  E8,
  type InstrumentName,
  isFresh,
  priceE8,
  type StrategyId,
} from './values/index.ts';

/**
 * What one strategy may see, taken now. Decimals, because a strategy speaks decimals; the gates
 * make them exact. `smiles` is what the guard over its fits remembers of it.
 */
export function viewFor(state: State, strategy: StrategyId, smiles: SmileMemory): StrategyView {
  const { observations, facts } = state;
  const { listings } = observations;
  return {
    now: observations.now,
    mode: currentMode(state).mode,
    quotes: quotesOf(listings.values(), observations.now),
    quote: (instrument) => {
      const listing = listings.get(instrument);
      return listing === undefined ? null : quoteOf(listing, observations.now);
    },
    index: (underlying) => {
      const index = freshIndexE8(observations, currency(underlying));
      return index === null ? null : index / E8;
    },
    volatilityIndex: (underlying) => volatilityIndexOf(state, underlying),
    smiles: openSmileDesk(smiles, smileMoment(state)),
    positions: positionsOf(state),
    working: workingOf(state, strategy),
    feeUsd: (instrument, amount, price) => feeUsd(state, instrument, amount, price),
  };

  function positionsOf(of: State): readonly StrategyPosition[] {
    return [...of.facts.positions.values()].map((position) => ({
      instrument: position.instrument,
      amount: Number(formatE8(position.amountE8)),
    }));
  }

  function workingOf(of: State, owner: StrategyId): ReadonlySet<InstrumentName> {
    const working = new Set<InstrumentName>();
    for (const label of facts.working) {
      const order = facts.orders.get(label);
      if (order?.terms.strategyId === owner) working.add(order.terms.instrument);
    }
    for (const record of of.observations.pendingIntents.values()) {
      if (record.terms.strategyId === owner) working.add(record.terms.instrument);
    }
    return working;
  }
}

function smileMoment({ observations }: State): SmileMoment {
  const { now, policy } = observations;
  const parameters = policy?.parameters ?? DEFAULT_PARAMETERS;
  const grid = policy?.smileGuard ?? null;
  return {
    now,
    rules: grid === null ? null : { ...parameters, ...grid },
    keptMsMax: parameters.sviGuardTripWindowS * 1_000,
    depthUsd: (coin) => referenceDepthUsd(observations, currency(coin)),
  };
}

/** The venue says it every second; one it has not said for so long is not said. */
const VOLATILITY_INDEX_MAX_AGE_MS = 60_000;
const PERCENT = 100;

function volatilityIndexOf({ observations }: State, underlying: string): number | null {
  const reading = observations.volatilityIndexes.get(currency(underlying));
  if (reading === undefined || !(reading.value > 0 && reading.value < Infinity)) return null;
  if (!isFresh(observations.now, reading.at, VOLATILITY_INDEX_MAX_AGE_MS)) return null;
  return reading.value / PERCENT;
}

function* quotesOf(listings: Iterable<ObservedListing>, now: number): Iterable<Quote> {
  for (const listing of listings) yield quoteOf(listing, now);
}

function quoteOf(listing: ObservedListing, now: number): Quote {
  const { book, instrument } = listing;
  const usable = book.usable && book.updatedAt !== null;
  const hasBid = usable && book.bidCount > 0;
  const hasAsk = usable && book.askCount > 0;
  return {
    instrument,
    bid: hasBid ? decimal(book.bidPrice(0) * instrument.tickE8) : null,
    bidAmount: hasBid ? decimal(book.bidQuantity(0) * instrument.amountStepE8) : 0,
    ask: hasAsk ? decimal(book.askPrice(0) * instrument.tickE8) : null,
    askAmount: hasAsk ? decimal(book.askQuantity(0) * instrument.amountStepE8) : 0,
    ageMs: book.updatedAt === null ? Number.POSITIVE_INFINITY : now - book.updatedAt,
    markPrice: listing.markPriceE8 === null ? null : decimal(listing.markPriceE8),
    underlyingPrice: listing.underlyingPriceE8 === null ? null : decimal(listing.underlyingPriceE8),
    delta: listing.delta,
  };
}

function feeUsd(state: State, name: InstrumentName, amount: number, price: number): number | null {
  const listing = state.observations.listings.get(name);
  if (listing === undefined) return null;
  const { instrument } = listing;
  const index = freshIndexE8(state.observations, instrument.underlying);
  if (index === null) return null;
  const fee = feeE8(
    instrument,
    amountE8(Math.ceil(amount * E8)),
    priceE8(Math.ceil(price * E8)),
    'taker',
    index,
  );
  const inUsd = instrument.settlement === instrument.underlying ? index / E8 : 1;
  return (fee / E8) * inUsd;
}

function decimal(e8: number): number {
  return e8 / E8;
}
