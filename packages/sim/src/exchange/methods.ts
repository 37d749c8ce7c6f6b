import { ACCOUNT_QUERIES } from './queries/account.ts';
import {
  cancel,
  cancelAll,
  cancelByCurrency,
  cancelByInstrument,
  cancelByKind,
  cancelByLabel,
} from './cancelling.ts';
import { closePosition } from './close-position.ts';
import { edit, editByLabel } from './editing.ts';
import { MARKET_QUERIES } from './queries/market.ts';
import { ORDER_QUERIES } from './queries/orders.ts';
import type { Query } from './queries/params.ts';
import { TRADE_QUERIES } from './queries/trades.ts';
import { TRANSACTION_QUERIES } from './queries/transactions.ts';
import type { Trader } from './trader.ts';
import { answer, type ExchangeAnswer, failure, type Params, venueError } from './venue-error.ts';
import type { VenueState } from './venue-state.ts';

type Action = (state: VenueState, trader: Trader, params: Params) => ExchangeAnswer;

/** What changes something; `private/buy` and `private/sell` read their own params elsewhere. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['private/edit', edit],
  ['private/edit_by_label', editByLabel],
  ['private/cancel', cancel],
  ['private/cancel_by_label', cancelByLabel],
  ['private/cancel_all', cancelAll],
  ['private/cancel_all_by_currency', cancelByCurrency],
  ['private/cancel_all_by_instrument', cancelByInstrument],
  ['private/cancel_all_by_kind_or_type', cancelByKind],
  ['private/close_position', closePosition],
  // Money cannot leave: no scope opens this door.
  ['private/withdraw', () => failure(venueError(13021, 'withdrawals do not exist here'))],
]);

/** What changes nothing. */
export const QUERIES: ReadonlyMap<string, Query> = new Map<string, Query>([
  ['public/test', () => answer({ version: 'simulated' })],
  ['public/hello', () => answer({ version: 'simulated' })],
  ['public/get_time', (state) => answer(state.now)],
  ...MARKET_QUERIES,
  ...ORDER_QUERIES,
  ...TRADE_QUERIES,
  ...ACCOUNT_QUERIES,
  ...TRANSACTION_QUERIES,
]);
