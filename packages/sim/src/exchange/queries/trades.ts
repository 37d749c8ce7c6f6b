import { findOrder } from '../cancelling.ts';
import { isWantedKind } from '../instrument-kind.ts';
import { isInRange, tradePage } from './pages.ts';
import { absent, countOf, currencyOf, isFiled, type Queries, text } from './params.ts';
import type { Delivery, KeptTrade, SessionSettlement, Trader } from '../trader.ts';
import { answer, type ExchangeAnswer, failure, type Params, venueError } from '../venue-error.ts';
import type { VenueState } from '../venue-state.ts';
import { whole } from './params.ts';
import { decimal } from '../wire.ts';

/** Deribit finds trades older than this only with `historical` (phases section 7.1). */
const RECENT_MS = 86_400_000;
const TRADES_DEFAULT = 10;
const PAGE_MAX = 1_000;

/** What an account may ask about its trades and settlements. */
export const TRADE_QUERIES: Queries = [
  ['private/get_user_trades_by_currency', byCurrency],
  ['private/get_user_trades_by_currency_and_time', byCurrencyAndTime],
  ['private/get_user_trades_by_instrument', byInstrument],
  ['private/get_user_trades_by_order', byOrder],
  ['private/get_settlement_history_by_currency', settlementsByCurrency],
  ['private/get_settlement_history_by_instrument', settlementsByInstrument],
];

function byCurrency(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'currency');
  if (lacking !== null) return lacking;
  const wanted = currencyOf(params);
  return userTrades(
    state,
    params,
    trader,
    ({ instrument }) => isFiled(instrument, wanted) && isWantedKind(instrument, params),
  );
}

function byCurrencyAndTime(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'currency', 'start_timestamp', 'end_timestamp');
  return lacking ?? byCurrency(state, params, trader);
}

function byInstrument(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'instrument_name');
  if (lacking !== null) return lacking;
  const name = text(params, 'instrument_name');
  return userTrades(state, params, trader, ({ instrument }) => instrument.name === name);
}

/** The trades of the last day, or with `historical` those before. */
function isOfAge(state: VenueState, params: Params, { wire }: KeptTrade): boolean {
  return wire.timestamp >= state.now - RECENT_MS !== (params['historical'] === true);
}

function userTrades(
  state: VenueState,
  params: Params,
  trader: Trader,
  isWanted: (trade: KeptTrade) => boolean,
): ExchangeAnswer {
  const counted = countOf(params, TRADES_DEFAULT, PAGE_MAX);
  if (!counted.ok) return counted.answer;
  const found = trader.trades.filter(
    (trade) => isOfAge(state, params, trade) && isInRange(trade, params) && isWanted(trade),
  );
  return answer(tradePage(found, params, counted.count));
}

/** A list of its own shape, oldest first unless it is to be `desc`. */
function byOrder(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'order_id');
  if (lacking !== null) return lacking;
  const id = text(params, 'order_id') ?? '';
  const order = findOrder(state, trader, id);
  if (!order.ok) return order.answer;
  const found = trader.trades
    .filter((trade) => trade.wire.order_id === id && isOfAge(state, params, trade))
    .map(({ wire }) => wire);
  return answer(params['sorting'] === 'desc' ? found.toReversed() : found);
}

type Settlement = Delivery | SessionSettlement;

function settlementsByCurrency(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const wanted = currencyOf(params);
  const lacking = absent(params, 'currency');
  if (lacking !== null) return lacking;
  return settlements(state, params, trader, (each) => isFiled(instrumentOf(each), wanted));
}

function settlementsByInstrument(
  state: VenueState,
  params: Params,
  trader: Trader,
): ExchangeAnswer {
  const lacking = absent(params, 'instrument_name');
  if (lacking !== null) return lacking;
  const name = text(params, 'instrument_name');
  return settlements(state, params, trader, (each) => instrumentOf(each).name === name);
}

function instrumentOf(settlement: Settlement): KeptTrade['instrument'] {
  return settlement.kind === 'delivery' ? settlement.notice.instrument : settlement.instrument;
}

/** Newest first, as Deribit answers. `continuation` is the number of settlements already told. */
function settlements(
  state: VenueState,
  params: Params,
  trader: Trader,
  isWanted: (settlement: Settlement) => boolean,
): ExchangeAnswer {
  const counted = countOf(params, 20, PAGE_MAX);
  if (!counted.ok) return counted.answer;
  const type = text(params, 'type');
  const until = whole(params, 'search_start_timestamp') ?? state.now;
  const from = Number(text(params, 'continuation') ?? '0');
  if (!Number.isSafeInteger(from) || from < 0) {
    return failure(venueError(-32602, 'not ours', 'continuation'));
  }
  const found = trader.settlements
    .filter(
      (each) => isWanted(each) && timeOf(each) <= until && (type === null || type === each.kind),
    )
    .toReversed();
  const page = found.slice(from, from + counted.count).map(toWireSettlement);
  const next = from + page.length;
  return answer({
    settlements: page,
    continuation: next < found.length ? String(next) : 'none',
  });
}

function timeOf(settlement: Settlement): number {
  return settlement.kind === 'delivery' ? settlement.notice.timestamp : settlement.timestamp;
}

/** `profit_loss` is the cash that came in: payoff less delivery fee, or a session's profit. */
function toWireSettlement(settlement: Settlement): Params {
  if (settlement.kind === 'settlement') {
    return {
      type: 'settlement',
      timestamp: settlement.timestamp,
      instrument_name: settlement.instrument.name,
      position: decimal(settlement.amountE8),
      index_price: decimal(settlement.indexPriceE8),
      mark_price: decimal(settlement.markPriceE8),
      profit_loss: decimal(settlement.profitE8),
      session_profit_loss: decimal(settlement.profitE8 + settlement.fundingE8),
      funding: decimal(settlement.fundingE8),
    };
  }
  const { notice } = settlement;
  return {
    type: 'delivery',
    timestamp: notice.timestamp,
    instrument_name: notice.instrument.name,
    position: decimal(notice.amountE8),
    index_price: decimal(notice.indexPriceE8),
    mark_price: decimal(notice.settlementPriceE8),
    profit_loss: decimal(notice.cashE8),
    session_profit_loss: decimal(notice.cashE8),
    funding: 0,
  };
}
