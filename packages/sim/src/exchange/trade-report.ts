import type { Marks } from './margin.ts';
import type { VenueOrder } from './orders.ts';
import { type Listing, nextId, type VenueState } from './venue-state.ts';
import { contractsOf, decimal, type WireTrade, wireAmount, wirePrice } from './wire.ts';

/** Trades of ours that queries can still find; older ones are forgotten. */
const TRADES_KEPT = 200_000;

interface ReportedFill {
  readonly ticks: number;
  readonly steps: number;
  readonly liquidity: 'maker' | 'taker';
  readonly marks: Marks;
  readonly feeE8: number;
  readonly profitE8: number;
}

/**
 * Numbers a trade, keeps it, and tells it: to the client as its own, to everybody without owner.
 */
export function tellTrade(
  state: VenueState,
  listing: Listing,
  order: VenueOrder,
  fill: ReportedFill,
): WireTrade {
  const { instrument } = listing;
  const { label, side } = order.request;
  const common = {
    trade_id: nextId(state, 'trade', instrument.underlying),
    trade_seq: (listing.tradeSequence += 1),
    instrument_name: instrument.name,
    timestamp: state.now,
    tick_direction: tickDirection(listing, fill.ticks),
    index_price: decimal(fill.marks.indexE8),
    mark_price: decimal(fill.marks.markE8),
    price: wirePrice(instrument, fill.ticks),
    amount: wireAmount(instrument, fill.steps),
    contracts: contractsOf(instrument, fill.steps),
  };
  listing.tradedSteps += fill.steps;
  const trade: WireTrade = {
    ...common,
    order_type: 'limit',
    order_id: order.id,
    matching_id: null,
    direction: side,
    liquidity: fill.liquidity === 'maker' ? 'M' : 'T',
    fee: decimal(fill.feeE8),
    fee_currency: instrument.settlement,
    ...(label === '' ? {} : { label }),
    ...(instrument.kind === 'option' ? { underlying_price: decimal(fill.marks.underlyingE8) } : {}),
    state: order.filledSteps === order.request.steps ? 'filled' : 'open',
    api: true,
    mmp: false,
    risk_reducing: false,
    profit_loss: decimal(fill.profitE8),
  };
  state.trades.push({ wire: trade, instrument });
  if (state.trades.length > TRADES_KEPT) state.trades.splice(0, TRADES_KEPT / 4);
  state.notify('trade', trade);
  const otherSide = side === 'buy' ? 'sell' : 'buy';
  const aggressor = fill.liquidity === 'taker' ? side : otherSide;
  state.notify('publicTrade', { ...common, direction: aggressor });
  return trade;
}

/** 0 up, 1 same after up, 2 down, 3 same after down. */
function tickDirection(listing: Listing, ticks: number): 0 | 1 | 2 | 3 {
  const before = listing.lastTradeTicks;
  if (before !== null && ticks > before) listing.lastTickDirection = 0;
  else if (before !== null && ticks < before) listing.lastTickDirection = 2;
  else listing.lastTickDirection = listing.lastTickDirection < 2 ? 1 : 3;
  listing.lastTradeTicks = ticks;
  return listing.lastTickDirection;
}
