import type { KeptTransaction } from '../transaction-log.ts';
import type { Trader } from '../trader.ts';
import { answer, type ExchangeAnswer, type Params } from '../venue-error.ts';
import type { VenueState } from '../venue-state.ts';
import { absent, countOf, type Queries, text, whole } from './params.ts';

const ROWS_DEFAULT = 100;
const ROWS_MAX = 250;

/** What an account may ask about its cash. */
export const TRANSACTION_QUERIES: Queries = [['private/get_transaction_log', transactionLog]];

/** Newest first, as Deribit answers; `continuation` is the id of the row that is next. */
function transactionLog(_state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'currency', 'start_timestamp', 'end_timestamp');
  if (lacking !== null) return lacking;
  const counted = countOf(params, ROWS_DEFAULT, ROWS_MAX);
  if (!counted.ok) return counted.answer;
  const found: KeptTransaction['wire'][] = [];
  const { transactions } = trader;
  for (let index = transactions.length - 1; index >= 0; index -= 1) {
    const row = transactions[index];
    if (row === undefined || !isWanted(row, params)) continue;
    if (found.length === counted.count) return answer({ logs: found, continuation: row.wire.id });
    found.push(row.wire);
  }
  return answer({ logs: found, continuation: null });
}

function isWanted({ wire, kind }: KeptTransaction, params: Params): boolean {
  const from = whole(params, 'start_timestamp') ?? 0;
  const to = whole(params, 'end_timestamp') ?? Number.POSITIVE_INFINITY;
  const until = whole(params, 'continuation') ?? Number.POSITIVE_INFINITY;
  if (wire.currency !== text(params, 'currency') || wire.id > until) return false;
  if (wire.timestamp < from || wire.timestamp > to) return false;
  const query = text(params, 'query');
  if (query === null) return true;
  const words = [wire.type, ...wire.side.split(' '), wire['user_role'], kind];
  return words.includes(query);
}
