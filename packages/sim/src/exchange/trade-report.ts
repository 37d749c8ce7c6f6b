import { E8 } from '@holdfast/core/values';
import { tradeIv } from './option-analytics.ts';
import type { Marks } from './margin.ts';
import type { Direction, VenueOrder } from './orders.ts';
import { PrintLog } from './print-log.ts';
import type { Trader } from './trader.ts';
import { type Listing, nextId, type VenueState } from './venue-state.ts';
import {
  contractsOf,
  decimal,
  wireAmount,
  wirePrice,
  type WirePublicTrade,
  type WireTrade,
} from './wire.ts';

/** Trades of one account that queries can still find; older ones are forgotten. */
const TRADES_KEPT = 200_000;

export interface PrintedFill {
  readonly ticks: number;
  readonly steps: number;
  readonly marks: Marks;
  /** Side of the order that came later. */
  readonly aggressor: Direction;
  /** When it was made, where that is not now: a trade of a followed market. */
  readonly at?: number;
}

/** A trade as everybody sees it, and what it was made of. */
export interface ToldPrint {
  readonly fill: PrintedFill;
  readonly wire: WirePublicTrade;
}

interface OwnFill {
  readonly liquidity: 'maker' | 'taker';
  readonly marks: Marks;
  readonly feeE8: number;
  readonly profitE8: number;
  readonly print: ToldPrint;
}

/** Numbers a trade, keeps it, and tells it to everybody, without owners. */
export function tellPrint(state: VenueState, listing: Listing, fill: PrintedFill): ToldPrint {
  const { instrument } = listing;
  const { ticks, steps, marks } = fill;
  const iv = tradeIv(instrument, marks, ticks, state.now);
  const wire: WirePublicTrade = {
    trade_id: nextId(state, 'trade', instrument.underlying),
    trade_seq: (listing.tradeSequence += 1),
    instrument_name: instrument.name,
    timestamp: fill.at ?? state.now,
    direction: fill.aggressor,
    tick_direction: tickDirection(listing, ticks),
    price: wirePrice(instrument, ticks),
    amount: wireAmount(instrument, steps),
    contracts: contractsOf(instrument, steps),
    index_price: decimal(marks.indexE8),
    mark_price: decimal(marks.markE8),
    ...(iv === null ? {} : { iv }),
  };
  listing.stats.add(state.now, ticks, steps, turnoverOf(listing, ticks, steps));
  listing.prints.add({ instrument, wire });
  const filed = state.prints.get(instrument.settlement) ?? new PrintLog();
  filed.add({ instrument, wire });
  state.prints.set(instrument.settlement, filed);
  state.notify('publicTrade', wire);
  return { fill, wire };
}

/** Keeps a trade for one of its owners and tells it. */
export function tellTrade(
  state: VenueState,
  listing: Listing,
  trader: Trader,
  order: VenueOrder,
  own: OwnFill,
): WireTrade {
  const { instrument } = listing;
  const { request } = order;
  const { label, side } = request;
  const trade: WireTrade = {
    ...own.print.wire,
    order_type: request.type,
    order_id: order.id,
    matching_id: null,
    direction: side,
    liquidity: own.liquidity === 'maker' ? 'M' : 'T',
    fee: decimal(own.feeE8),
    fee_currency: instrument.settlement,
    ...(label === '' ? {} : { label }),
    ...(instrument.kind === 'option' ? { underlying_price: decimal(own.marks.underlyingE8) } : {}),
    state: order.filledSteps === request.steps ? 'filled' : 'open',
    api: true,
    mmp: false,
    risk_reducing: false,
    profit_loss: decimal(own.profitE8),
  };
  trader.trades.push({ wire: trade, instrument });
  if (trader.trades.length > TRADES_KEPT) trader.trades.splice(0, TRADES_KEPT / 4);
  state.notify('trade', trade, trader.id);
  state.notify('portfolio', { currency: instrument.settlement }, trader.id);
  return trade;
}

/** USD of a future's trade, coins or USD of premium of an option's: a statistic. */
function turnoverOf({ instrument }: Listing, ticks: number, steps: number): number {
  const amount = (steps * instrument.amountStepE8) / E8;
  if (instrument.amountUnit === 'usd') return amount;
  return (amount * ticks * instrument.tickE8) / E8;
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
