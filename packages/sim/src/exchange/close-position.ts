import { instrumentName } from '@holdfast/core/values';
import { heldSteps } from './account.ts';
import { count, countIllegal } from './illegal-order.ts';
import { notListed } from './order-request.ts';
import { readTicks } from './order-terms.ts';
import { enter } from './trading.ts';
import type { Trader } from './trader.ts';
import { type ExchangeAnswer, failure, missing, type Params, venueError } from './venue-error.ts';
import type { VenueState } from './venue-state.ts';

/**
 * `private/close_position`: a reduce-only order over the whole position. Options take limit orders
 * only (F-01b).
 */
export function closePosition(state: VenueState, trader: Trader, params: Params): ExchangeAnswer {
  const { instrument_name: name, type, price } = params;
  count(state, trader, 'ordersReceived');
  if (typeof name !== 'string') return missing('instrument_name');
  if (type !== 'limit' && type !== 'market') {
    return failure(venueError(-32602, 'limit or market', 'type'));
  }
  const listing = state.listings.get(instrumentName(name));
  if (listing === undefined) return failure(notListed(state, instrumentName(name)).error);
  const { instrument } = listing;
  if (type === 'market') {
    countIllegal(state, trader, 'order_type');
    if (instrument.kind === 'option') {
      return failure(venueError(11050, 'options take limit orders only', 'type'));
    }
  } else if (price === undefined) return missing('price');
  const ticks = type === 'market' ? null : readTicks(instrument, Number(price));
  if (ticks !== null && !ticks.ok) return failure(ticks.error);
  const held = heldSteps(trader.holdings, instrument.name);
  if (held === 0) return failure(venueError(11030, 'no position to close', 'instrument_name'));
  return enter(state, trader, listing, {
    instrument,
    side: held > 0 ? 'sell' : 'buy',
    steps: Math.abs(held),
    ticks: ticks === null ? null : ticks.value,
    type,
    label: '',
    timeInForce: 'good_til_cancelled',
    postOnly: false,
    rejectPostOnly: false,
    reduceOnly: true,
  });
}
