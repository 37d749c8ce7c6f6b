import { type Currency, currency, instrumentName } from '@holdfast/core/values';
import { isWantedKind } from '../instrument-kind.ts';
import { isInRange, tradePage } from './pages.ts';
import { absent, countOf, currencyOf, isFiled, type Queries, text, whole } from './params.ts';
import { quotedOf, toBookSummary, toOrderBook, toTicker } from '../ticker.ts';
import { answer, type ExchangeAnswer, failure, type Params, venueError } from '../venue-error.ts';
import type { Listing, VenueState } from '../venue-state.ts';
import { decimal } from '../wire.ts';
import { toWireInstrument } from '../wire-instrument.ts';

const TRADES_DEFAULT = 10;
const TRADES_MAX = 1_000;
const CANDLES_MAX = 1_000;
const RESOLUTIONS_S: ReadonlyMap<string, number> = new Map([
  ['1', 1],
  ['60', 60],
  ['3600', 3_600],
  ['43200', 43_200],
  ['1D', 86_400],
]);

/** What the whole market may ask. */
export const MARKET_QUERIES: Queries = [
  ['public/get_instruments', getInstruments],
  ['public/get_instrument', getInstrument],
  ['public/get_currencies', getCurrencies],
  ['public/get_order_book', getOrderBook],
  ['public/ticker', getTicker],
  ['public/get_index_price', getIndexPrice],
  ['public/get_book_summary_by_currency', bookSummaries],
  ['public/get_book_summary_by_instrument', bookSummary],
  ['public/get_last_trades_by_instrument', tradesByInstrument],
  ['public/get_last_trades_by_instrument_and_time', tradesByInstrument],
  ['public/get_last_trades_by_currency', tradesByCurrency],
  ['public/get_volatility_index_data', volatilityCandles],
  ['public/get_announcements', getAnnouncements],
  ['public/status', getStatus],
];

function getInstruments(state: VenueState, params: Params): ExchangeAnswer {
  const lacking = absent(params, 'currency');
  if (lacking !== null) return lacking;
  const wanted = currencyOf(params);
  const expired = params['expired'] === true;
  const rows = expired ? state.expired.values() : state.listings.values();
  const result: unknown[] = [];
  for (const row of rows) {
    const { instrument } = row;
    if (!isFiled(instrument, wanted) || !isWantedKind(instrument, params)) continue;
    result.push(toWireInstrument(row, expired ? 'archivized' : bookState(state, instrument)));
  }
  return answer(result);
}

function bookState(
  { locked }: VenueState,
  { underlying }: { readonly underlying: Currency },
): 'open' | 'locked' {
  return locked.has(underlying) ? 'locked' : 'open';
}

function getInstrument(state: VenueState, params: Params): ExchangeAnswer {
  const lacking = absent(params, 'instrument_name');
  if (lacking !== null) return lacking;
  const name = instrumentName(text(params, 'instrument_name') ?? '');
  const listing = state.listings.get(name);
  if (listing !== undefined) {
    return answer(toWireInstrument(listing, bookState(state, listing.instrument)));
  }
  const gone = state.expired.get(name);
  return gone === undefined ? notFound(name) : answer(toWireInstrument(gone, 'archivized'));
}

const CURRENCIES: readonly Readonly<Record<string, unknown>>[] = [
  ['BTC', 'Bitcoin', 'BITCOIN', 8],
  ['ETH', 'Ethereum', 'ETHER', 6],
  ['USDC', 'USD Coin', 'ETHER', 6],
].map(([code, name, coin, decimals]) => ({
  currency: code,
  currency_long: name,
  coin_type: coin,
  decimals,
  min_confirmations: 1,
  withdrawal_fee: 0,
  min_withdrawal_fee: 0,
  withdrawal_priorities: [],
  network_currency: code === 'BTC' ? 'BTC' : 'ETH',
  network_fee: 0,
  in_cross_collateral_pool: false,
  apr: 0,
}));

function getCurrencies(): ExchangeAnswer {
  return answer(CURRENCIES);
}

function getOrderBook(state: VenueState, params: Params): ExchangeAnswer {
  return ofListing(state, params, (listing) => {
    const quoted = quotedOf(state, listing);
    if (quoted === null) return unmarked();
    return answer(toOrderBook(state, quoted, whole(params, 'depth') ?? 5));
  });
}

function getTicker(state: VenueState, params: Params): ExchangeAnswer {
  return ofListing(state, params, (listing) => {
    const quoted = quotedOf(state, listing);
    return quoted === null ? unmarked() : answer(toTicker(state, quoted));
  });
}

function bookSummary(state: VenueState, params: Params): ExchangeAnswer {
  return ofListing(state, params, (listing) => {
    const quoted = quotedOf(state, listing);
    return quoted === null ? unmarked() : answer([toBookSummary(state, quoted)]);
  });
}

/** Instruments without a mark are left out: there is nothing to tell of them yet. */
function bookSummaries(state: VenueState, params: Params): ExchangeAnswer {
  const lacking = absent(params, 'currency');
  if (lacking !== null) return lacking;
  const result: unknown[] = [];
  for (const listing of state.listings.values()) {
    const { instrument } = listing;
    if (!isFiled(instrument, currencyOf(params)) || !isWantedKind(instrument, params)) continue;
    const quoted = quotedOf(state, listing);
    if (quoted !== null) result.push(toBookSummary(state, quoted));
  }
  return answer(result);
}

function ofListing(
  state: VenueState,
  params: Params,
  tell: (listing: Listing) => ExchangeAnswer,
): ExchangeAnswer {
  const lacking = absent(params, 'instrument_name');
  if (lacking !== null) return lacking;
  const name = text(params, 'instrument_name') ?? '';
  const listing = state.listings.get(instrumentName(name));
  return listing === undefined ? notFound(name) : tell(listing);
}

export function notFound(name: string): ExchangeAnswer {
  return failure(venueError(13020, `${name} is not listed`, 'instrument_name'));
}

function unmarked(): ExchangeAnswer {
  return failure(venueError(13028, 'no mark or index price yet'));
}

/** `btc_usd` and `btc_usdc` are one index here: USDC counts as USD. */
function getIndexPrice(state: VenueState, params: Params): ExchangeAnswer {
  const lacking = absent(params, 'index_name');
  if (lacking !== null) return lacking;
  const [coin = '', against = ''] = (text(params, 'index_name') ?? '').split('_');
  const index = state.indexes.get(currency(coin.toUpperCase()));
  if (index === undefined || (against !== 'usd' && against !== 'usdc')) {
    return failure(venueError(13020, 'no such index', 'index_name'));
  }
  return answer({ index_price: decimal(index), estimated_delivery_price: decimal(index) });
}

function tradesByInstrument(state: VenueState, params: Params): ExchangeAnswer {
  const counted = countOf(params, TRADES_DEFAULT, TRADES_MAX);
  if (!counted.ok) return counted.answer;
  return ofListing(state, params, ({ prints }) => {
    const found = prints.all().filter((print) => isInRange(print, params));
    return answer(tradePage(found, params, counted.count));
  });
}

function tradesByCurrency(state: VenueState, params: Params): ExchangeAnswer {
  const lacking = absent(params, 'currency');
  if (lacking !== null) return lacking;
  const counted = countOf(params, TRADES_DEFAULT, TRADES_MAX);
  if (!counted.ok) return counted.answer;
  const filed = state.prints.get(currency(text(params, 'currency') ?? ''));
  const found = (filed?.all() ?? []).filter(
    (print) => isWantedKind(print.instrument, params) && isInRange(print, params),
  );
  return answer(tradePage(found, params, counted.count));
}

/** The newest candles of the period; `continuation` is the end of the ones that are still left. */
function volatilityCandles(state: VenueState, params: Params): ExchangeAnswer {
  const lacking = absent(params, 'currency', 'start_timestamp', 'end_timestamp', 'resolution');
  if (lacking !== null) return lacking;
  const seconds = RESOLUTIONS_S.get(String(params['resolution']));
  if (seconds === undefined) return failure(venueError(-32602, 'no such value', 'resolution'));
  const history = state.volatility.get(currency(text(params, 'currency') ?? ''));
  const start = whole(params, 'start_timestamp') ?? 0;
  const end = whole(params, 'end_timestamp') ?? state.now;
  const all = history?.candles(start, end, seconds * 1_000) ?? [];
  const found = all.slice(-CANDLES_MAX);
  const first = found[0];
  return answer({
    data: found.map(({ at, open, high, low, close }) => [at, open, high, low, close]),
    continuation: first !== undefined && all.length > found.length ? first.at - 1 : null,
  });
}

function getAnnouncements(state: VenueState, params: Params): ExchangeAnswer {
  const counted = countOf(params, 5, 50);
  if (!counted.ok) return counted.answer;
  const until = whole(params, 'start_timestamp') ?? state.now;
  return answer(state.announcements.list(Math.min(until, state.now), counted.count));
}

/** `locked` is `true` when every underlying that is listed is locked. */
function getStatus(state: VenueState): ExchangeAnswer {
  const listed = new Set(
    [...state.listings.values()].map(({ instrument }) => instrument.underlying),
  );
  const all = [...listed].every((underlying) => state.locked.has(underlying));
  const locked = state.locked.size === 0 ? 'false' : all ? 'true' : 'partial';
  const indices = [...state.locked].sort().map((underlying) => `${underlying.toLowerCase()}_usd`);
  return answer({ locked, locked_indices: indices });
}
