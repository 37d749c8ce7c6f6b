import { instrumentName } from '@holdfast/core/values';
import { accountSummaries, accountSummary } from '../account-report.ts';
import { notFound } from './market.ts';
import { positionIn, positions } from '../position-report.ts';
import { absent, currencyOf, type Queries, text } from './params.ts';
import type { Trader } from '../trader.ts';
import { answer, type ExchangeAnswer, missing, type Params } from '../venue-error.ts';
import type { VenueState } from '../venue-state.ts';

/** What an account may ask about its money and its positions. */
export const ACCOUNT_QUERIES: Queries = [
  ['private/get_positions', getPositions],
  ['private/get_position', getPosition],
  ['private/get_account_summary', getAccountSummary],
  ['private/get_account_summaries', getAccountSummaries],
];

function getPositions(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  return answer(positions(state, trader, currencyOf(params), params));
}

function getPosition(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'instrument_name');
  if (lacking !== null) return lacking;
  const name = text(params, 'instrument_name') ?? '';
  const listing = state.listings.get(instrumentName(name));
  return listing === undefined ? notFound(name) : answer(positionIn(state, trader, listing));
}

function getAccountSummary(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const wanted = currencyOf(params);
  if (wanted === null) return missing('currency');
  return answer(accountSummary(state, trader, wanted, params['extended'] === true));
}

function getAccountSummaries(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  return answer(accountSummaries(state, trader, params['extended'] === true));
}
