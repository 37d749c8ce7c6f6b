import type { BookChanged, InstrumentsListed, MarketEvent, TickerChanged } from '../event.ts';
import { createBook, type MutableBook } from '../market/book.ts';
import type { State } from '../state.ts';
import type { Instrument } from '../instrument/instrument.ts';
import type { InstrumentName, MonoMs } from '../values/index.ts';
import { withOwnFees } from './fees.ts';
import { judgeReference, noteVolatility } from './monitors.ts';
import { isLongExpired, pruneExpired } from './prune.ts';
import { openTradeFeed } from './public-trades.ts';
import { nextRequestId } from './request-id.ts';
import { block, raiseRisk } from './safety.ts';
import type { Output } from './output.ts';

/** Longer than an answer is waited for. */
const BOOK_RETRY_MS = 3_000;

export function onInstrumentsListed(state: State, event: InstrumentsListed): void {
  const { feeTiers, listings, metadataAt, now } = state.observations;
  metadataAt.set(event.currency, event.at);
  takeUnsupported(state, event);
  for (const instrument of event.instruments) {
    if (isLongExpired(instrument.expiry, now)) continue;
    const known = listings.get(instrument.name);
    openTradeFeed(state, instrument);
    if (known === undefined) {
      const closed = state.facts.closedInstruments.has(instrument.name);
      list(state, instrument, event.at, closed);
    } else {
      known.instrument = withOwnFees(instrument, feeTiers);
      known.listed = instrument;
      known.fetchedAt = event.at;
    }
  }
  letGoOfUnlisted(state, event);
  pruneExpired(state);
}

/**
 * What ended while nobody looked is known again for what is still to be booked in it, and for
 * nothing else: a trade nobody can value would keep OPEN shut for ever.
 */
export function takeEnded(state: State, instruments: readonly Instrument[], at: MonoMs): void {
  for (const instrument of instruments) {
    if (!state.observations.listings.has(instrument.name)) list(state, instrument, at, true);
  }
}

function list(state: State, instrument: Instrument, at: MonoMs, closed: boolean): void {
  const { feeTiers, listings } = state.observations;
  listings.set(instrument.name, {
    instrument: withOwnFees(instrument, feeTiers),
    listed: instrument,
    fetchedAt: at,
    book: createBook(instrument.name),
    delta: null,
    greeks: null,
    markPriceE8: null,
    markedAt: null,
    underlyingPriceE8: null,
    touch: null,
    closed,
  });
}

/**
 * A list is the whole of its currency. What the venue has taken off before its time has no book any
 * more, and one that was broken must not hold OPEN shut everywhere else.
 */
function letGoOfUnlisted({ observations }: State, event: InstrumentsListed): void {
  const { brokenBooks, listings } = observations;
  const { holes } = observations.publicTrades;
  if (brokenBooks.size === 0 && holes.length === 0) return;
  const named = new Set(event.instruments.map(({ name }) => name));
  for (const name of brokenBooks.keys()) {
    const isOfList = listings.get(name)?.instrument.settlement === event.currency;
    if (isOfList && !named.has(name)) brokenBooks.delete(name);
  }
  const left = holes.filter(({ instrument: name }) => {
    const isOfList = listings.get(name)?.instrument.settlement === event.currency;
    return !isOfList || named.has(name);
  });
  holes.splice(0, holes.length, ...left);
}

/** Each list takes back what the one before it named. */
function takeUnsupported(state: State, event: InstrumentsListed): void {
  const { unsupported, unsupportedOf } = state.observations;
  // News of a single new listing names none.
  if (event.unsupported.length === 0) return;
  for (const name of unsupportedOf.get(event.currency) ?? []) unsupported.delete(name);
  for (const { name, kind } of event.unsupported) unsupported.set(name, kind);
  unsupportedOf.set(
    event.currency,
    event.unsupported.map(({ name }) => name),
  );
}

/**
 * A snapshot rebuilds the book; a change must follow the last one, or the book is void until it is
 * rebuilt.
 */
export function onBookChanged(state: State, event: BookChanged, output: Output): void {
  const listing = state.observations.listings.get(event.instrument);
  if (listing === undefined) return;
  const { brokenBooks } = state.observations;
  state.observations.marketAt = event.at;
  if (applyToBook(listing.book, event) === 'applied') {
    if (event.prevChangeId === null) brokenBooks.delete(event.instrument);
  } else noteGap(state, event.instrument, output);
  judgeReference(state, event.instrument, output);
}

function noteGap(state: State, instrument: InstrumentName, output: Output): void {
  // One request rebuilds it; the changes that follow a gap are all gaps and ask for nothing new.
  if (state.observations.brokenBooks.has(instrument)) return;
  output.report({ kind: 'fault', fault: 'book_gap', subject: instrument });
  raiseRisk(state, 'ws_book_gap', output);
  block(state, 'WS_BOOK_GAP_RECONCILE_REQUIRED', output);
  askForBook(state, instrument, output);
}

/** A request for a book that was not answered in time is made again: nothing else would mend it. */
export function rebuildBooks(state: State, output: Output): void {
  const { brokenBooks, connected, listings, now } = state.observations;
  // The new subscription brings every book anew.
  if (!connected) return;
  for (const [instrument, askedAt] of brokenBooks) {
    if (now - askedAt < BOOK_RETRY_MS) continue;
    const expiry = listings.get(instrument)?.instrument.expiry ?? null;
    // What has expired has no book any more, and nobody will mend it.
    if (expiry !== null && now >= expiry) brokenBooks.delete(instrument);
    else askForBook(state, instrument, output);
  }
}

function askForBook(state: State, instrument: InstrumentName, output: Output): void {
  state.observations.brokenBooks.set(instrument, state.observations.now);
  output.add({ kind: 'fetch', requestId: nextRequestId(state), what: 'book', instrument });
}

function applyToBook(
  book: MutableBook,
  event: BookChanged,
): ReturnType<MutableBook['applyChange']> {
  const { changeId, prevChangeId, at, bids, asks } = event;
  return prevChangeId === null
    ? book.applySnapshot(changeId, at, bids, asks)
    : book.applyChange(changeId, prevChangeId, at, bids, asks);
}

export function onTickerChanged(state: State, event: TickerChanged, output: Output): void {
  const listing = state.observations.listings.get(event.instrument);
  if (listing === undefined) return;
  state.observations.marketAt = event.at;
  listing.delta = event.delta;
  const { greeks } = listing;
  if (greeks === null) listing.greeks = { gamma: event.gamma, vega: event.vega, at: event.at };
  else {
    // In place: a ticker is one in two events, and an object for each would be garbage.
    greeks.gamma = event.gamma;
    greeks.vega = event.vega;
    greeks.at = event.at;
  }
  listing.markPriceE8 = event.markPriceE8;
  listing.markedAt = event.at;
  listing.underlyingPriceE8 = event.underlyingPriceE8;
  judgeReference(state, event.instrument, output);
  listing.touch = { at: event.at, bidE8: event.bestBidE8, askE8: event.bestAskE8 };
}

export function onIndexChanged(
  state: State,
  event: Extract<MarketEvent, { kind: 'indexChanged' }>,
): void {
  state.observations.indexes.set(event.underlying, { priceE8: event.priceE8, at: event.at });
}

export function onVolatilityIndex(
  state: State,
  event: Extract<MarketEvent, { kind: 'volatilityIndexChanged' }>,
): void {
  state.observations.volatilityIndexes.set(event.underlying, { value: event.value, at: event.at });
  noteVolatility(state, event.underlying);
}
