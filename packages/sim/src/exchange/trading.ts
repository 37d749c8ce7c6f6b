import { matchHandler, close, mostSteps, reducibleSteps, tellOrder } from './fills.ts';
import { count, countIllegal } from './illegal-order.ts';
import { fundsImpactE8, type Marks, marksOf, standingOf } from './margin.ts';
import { readOrderRequest, type ReadOrder } from './order-request.ts';
import type { Direction, OrderRequest, VenueOrder } from './orders.ts';
import { clampTicks, priceBand } from './price-band.ts';
import { priceAboveE8, priceBelowE8 } from './tick-ladder.ts';
import type { Trader } from './trader.ts';
import {
  answer,
  type ExchangeAnswer,
  failure,
  type VenueError,
  venueError,
} from './venue-error.ts';
import { type Listing, nextId, tellBook, traderOf, type VenueState } from './venue-state.ts';
import { toWireOrder, type WireTrade } from './wire.ts';

/** `private/buy` and `private/sell`. */
export function place(
  state: VenueState,
  trader: Trader,
  side: Direction,
  params: unknown,
): ExchangeAnswer {
  const { orders } = trader;
  count(state, trader, 'ordersReceived');
  const label = labelOf(params);
  const live = label !== '' && orders.isLive(label);
  if (label !== '' && orders.noteLabel(label)) count(state, trader, 'duplicateDispatches');
  const read = readOrderRequest(state, side, params);
  if (!read.ok) {
    if (read.illegal !== null) countIllegal(state, trader, read.illegal);
    return failure(read.error);
  }
  for (const kind of read.illegal) countIllegal(state, trader, kind);
  if (live) countIllegal(state, trader, 'label_live');
  return enter(state, trader, read.listing, read.request);
}

/** Judges a well-formed order by the market and the account, and makes it. */
export function enter(
  state: VenueState,
  trader: Trader,
  listing: Listing,
  asked: ReadOrder,
): ExchangeAnswer {
  const marks = marksOf(state, listing);
  const closed = closedFor(state, listing);
  if (closed !== null) return failure(closed);
  if (marks === null) return failure(venueError(13028, 'no mark or index price yet'));
  const request = limited(listing, marks, asked);
  if (request === null) return failure(venueError(11030, 'nobody to trade with', 'type'));
  const ticks = postOnlyTicks(request, listing);
  if (ticks === null) {
    countIllegal(state, trader, 'post_only_would_cross');
    return failure(venueError(11054, 'would take liquidity', 'post_only'));
  }
  const refused =
    refuse(state, trader, listing, request, marks, ticks) ??
    overlap(state, trader, listing, request, ticks);
  if (refused !== null) return failure(refused);
  count(state, trader, 'ordersAccepted');
  const order = createOrder(state, trader, request, ticks);
  const trades = execute(state, listing, order);
  tellBook(state, listing);
  tellOrder(state, order);
  return answer({ order: toWireOrder(order), trades });
}

function labelOf(params: unknown): string {
  if (typeof params !== 'object' || params === null) return '';
  const label: unknown = 'label' in params ? params.label : '';
  return typeof label === 'string' ? label : '';
}

/**
 * New orders and edits are accepted neither by a locked book nor by a followed one whose market is
 * not known at the moment; cancels are by both.
 */
export function closedFor(state: VenueState, { instrument, mirror }: Listing): VenueError | null {
  if (state.locked.has(instrument.underlying)) {
    return venueError(10019, `${instrument.underlying} is locked`, 'instrument_name');
  }
  return mirror?.isVoid === true
    ? venueError(13028, `the book of ${instrument.name} is not known`, 'instrument_name')
    : null;
}

/**
 * The order with its limit. A market order takes what the price band allows; a market-limit order
 * is a limit order at the best price that is there. Null when there is none.
 */
function limited(listing: Listing, marks: Marks, asked: ReadOrder): OrderRequest | null {
  const { instrument, side } = asked;
  if (asked.type === 'market_limit') {
    const best = listing.book.opposite(side);
    if (best === null) return null;
    const ticks = clampTicks(instrument, marks, side, best);
    return { ...asked, type: 'limit', originalType: 'market_limit', ticks };
  }
  const { minE8, maxE8 } = priceBand(instrument, marks);
  const edge = (side === 'buy' ? maxE8 : minE8) / instrument.tickE8;
  const ticks = asked.ticks === null ? edge : clampTicks(instrument, marks, side, asked.ticks);
  return { ...asked, type: asked.type, originalType: null, ticks };
}

/**
 * The price an order rests at; null when it is post-only, would cross, and asked to be rejected for
 * it.
 */
export function postOnlyTicks(request: OrderRequest, listing: Listing): number | null {
  const { ticks, side, instrument } = request;
  if (!request.postOnly) return ticks;
  const opposite = listing.book.opposite(side);
  const crosses = opposite !== null && (side === 'buy' ? ticks >= opposite : ticks <= opposite);
  if (!crosses) return ticks;
  if (request.rejectPostOnly) return null;
  const priceE8 = opposite * instrument.tickE8;
  const repriced =
    side === 'buy' ? priceBelowE8(instrument, priceE8) : priceAboveE8(instrument, priceE8);
  return repriced > 0 ? repriced / instrument.tickE8 : null;
}

/** Reduce-only without a position, and orders beyond the account's funds. */
function refuse(
  state: VenueState,
  trader: Trader,
  listing: Listing,
  request: OrderRequest,
  marks: Marks,
  ticks: number,
): VenueError | null {
  const { instrument, side } = request;
  let steps = request.steps;
  if (request.reduceOnly) {
    steps = Math.min(steps, reducibleSteps(trader, request));
    if (steps === 0) return venueError(11030, 'reduce_only: no position to reduce', 'reduce_only');
  }
  const signed = side === 'buy' ? steps : 0 - steps;
  const impact = fundsImpactE8(trader, listing, marks, signed, ticks * instrument.tickE8);
  if (impact <= 0) return null;
  const { availableE8 } = standingOf(state, trader, instrument.settlement);
  return availableE8 < impact ? venueError(10009, 'available funds are too low') : null;
}

/** Mode `reject_taker`: an order that would trade with its own account's is refused whole. */
export function overlap(
  state: VenueState,
  trader: Trader,
  listing: Listing,
  request: OrderRequest,
  ticks: number,
): VenueError | null {
  if (trader.selfTrading !== 'reject_taker') return null;
  const incoming = { account: trader.id, ticks };
  const before = listing.book.beforeSelf(incoming, request.side, supplyOf(state));
  if (before === null || before >= request.steps) return null;
  return venueError(10003, 'would trade with an order of its own account');
}

function supplyOf(state: VenueState): (order: VenueOrder) => number {
  const left = new Map<string, number>();
  return (order) => {
    const trader = traderOf(state, order.account);
    if (!order.request.reduceOnly) return mostSteps(trader, order);
    // Several reduce-only orders of one account share its one position.
    const reducible = left.get(trader.id) ?? reducibleSteps(trader, order.request);
    const steps = Math.min(mostSteps(trader, order), reducible);
    left.set(trader.id, reducible - steps);
    return steps;
  };
}

function createOrder(
  state: VenueState,
  trader: Trader,
  request: OrderRequest,
  ticks: number,
): VenueOrder {
  const order: VenueOrder = {
    id: nextId(state, 'order', request.instrument.underlying),
    account: trader.id,
    request,
    ticks,
    createdAt: state.now,
    updatedAt: state.now,
    state: 'open',
    filledSteps: 0,
    filledTickSteps: 0,
    cancelReason: null,
    replaced: false,
    aheadSteps: 0,
    queuedAt: state.now,
  };
  trader.orders.add(order);
  return order;
}

/** Lets an order take what it reaches, and rests or cancels what is left. Its own trades. */
export function execute(
  state: VenueState,
  listing: Listing,
  order: VenueOrder,
): readonly WireTrade[] {
  const { request } = order;
  const trader = traderOf(state, order.account);
  const trades: WireTrade[] = [];
  const handler = matchHandler(state, listing, (of, trade) => {
    if (of === order) trades.push(trade);
  });
  const { book } = listing;
  if (request.timeInForce !== 'fill_or_kill' || canFillWhole(state, listing, trader, order)) {
    book.take(order, handler);
  }
  if (order.state !== 'open') return trades;
  const { timeInForce: until } = request;
  const rests = until === 'good_til_cancelled' || until === 'good_til_day';
  if (!rests || request.type === 'market') close(state, order, 'cancelled', null);
  else if (mostSteps(trader, order) === 0) close(state, order, 'cancelled', 'risk_mitigation');
  else book.rest(order);
  return trades;
}

function canFillWhole(
  state: VenueState,
  listing: Listing,
  trader: Trader,
  order: VenueOrder,
): boolean {
  const { request } = order;
  const there = listing.book.available(order, request.side, supplyOf(state));
  return there >= request.steps && mostSteps(trader, order) >= request.steps;
}
