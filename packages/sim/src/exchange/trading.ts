import { type Account, bookTrade, credit, heldSteps } from './account.ts';
import { tradeFeeE8 } from './fees.ts';
import { countIllegal } from './illegal-order.ts';
import { fundsImpactE8, type Marks, marksOf, standingOf } from './margin.ts';
import type { MatchHandler } from './matching.ts';
import { readOrderRequest } from './order-request.ts';
import {
  type CancelReason,
  type Direction,
  type OrderRequest,
  remainingSteps,
  type VenueOrder,
} from './orders.ts';
import { priceAboveE8, priceBelowE8 } from './tick-ladder.ts';
import {
  answer,
  type ExchangeAnswer,
  failure,
  type VenueError,
  venueError,
} from './venue-error.ts';
import { type Listing, nextId, tellBook, type VenueState } from './venue-state.ts';
import { tellTrade } from './trade-report.ts';
import { toWireOrder, type WireTrade } from './wire.ts';
import { costE8 } from './valuation.ts';

/** `private/buy` and `private/sell`. */
export function place(state: VenueState, side: Direction, params: unknown): ExchangeAnswer {
  const { counters, orders } = state;
  counters.ordersReceived += 1;
  const label = labelOf(params);
  const live = label !== '' && orders.isLive(label);
  if (label !== '' && orders.noteLabel(label)) counters.duplicateDispatches += 1;
  const read = readOrderRequest(state, side, params);
  if (!read.ok) {
    if (read.illegal !== null) countIllegal(counters, read.illegal);
    return failure(read.error);
  }
  const { request, listing } = read;
  if (live) countIllegal(counters, 'label_live');
  if (request.postOnly && !request.rejectPostOnly) countIllegal(counters, 'post_only_terms');
  const ticks = postOnlyTicks(request, listing);
  if (ticks === null) {
    countIllegal(counters, 'post_only_would_cross');
    return failure(venueError(11054, 'would take liquidity', 'post_only'));
  }
  const refused = refuse(state, listing, request, ticks);
  if (refused !== null) return failure(refused);
  counters.ordersAccepted += 1;
  const order = createOrder(state, request, ticks);
  const trades = execute(state, listing, order);
  tellBook(state, listing);
  const wire = toWireOrder(order);
  state.notify('order', wire);
  return answer({ order: wire, trades });
}

/** Cancels an open order and tells it. */
export function cancelOrder(state: VenueState, order: VenueOrder, reason: CancelReason): void {
  close(state, order, 'cancelled', reason);
  state.notify('order', toWireOrder(order));
  const listing = state.listings.get(order.request.instrument.name);
  if (listing !== undefined) tellBook(state, listing);
}

/** What a book of this exchange does to the client's orders. */
export function matchHandler(
  state: VenueState,
  listing: Listing,
  onTrade?: (trade: WireTrade) => void,
): MatchHandler {
  return {
    fill(order, ticks, steps, liquidity) {
      const marks = marksOf(state, listing);
      const most = marks === null ? 0 : Math.min(steps, mostSteps(state.client, order));
      if (marks !== null && most > 0) {
        const trade = bookFill(state, listing, order, { ticks, steps: most, liquidity, marks });
        onTrade?.(trade);
      }
      const done = remainingSteps(order) === 0;
      if (done) close(state, order, 'filled', null);
      else if (most < steps) close(state, order, 'cancelled', 'risk_mitigation');
      if (liquidity === 'maker') state.notify('order', toWireOrder(order));
      cancelIdleReduceOnly(state, listing, order);
      return most;
    },
    cancel(order, reason) {
      close(state, order, 'cancelled', reason);
      state.notify('order', toWireOrder(order));
    },
  };
}

function labelOf(params: unknown): string {
  if (typeof params !== 'object' || params === null) return '';
  const label: unknown = 'label' in params ? params.label : '';
  return typeof label === 'string' ? label : '';
}

/**
 * The price an order rests at; null when it is post-only, would cross, and asked to be rejected for
 * it.
 */
function postOnlyTicks(request: OrderRequest, listing: Listing): number | null {
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

function refuse(
  state: VenueState,
  listing: Listing,
  request: OrderRequest,
  ticks: number,
): VenueError | null {
  const { instrument, side } = request;
  const marks = marksOf(state, listing);
  if (marks === null) return venueError(13028, 'no mark or index price yet');
  let steps = request.steps;
  if (request.reduceOnly) {
    steps = Math.min(steps, reducibleSteps(state.client, request));
    if (steps === 0) return venueError(11030, 'reduce_only: no position to reduce', 'reduce_only');
  }
  const signed = side === 'buy' ? steps : 0 - steps;
  const impact = fundsImpactE8(state, listing, marks, signed, ticks * instrument.tickE8);
  if (impact <= 0) return null;
  const { availableE8 } = standingOf(state, instrument.settlement);
  return availableE8 < impact ? venueError(10009, 'available funds are too low') : null;
}

function createOrder(state: VenueState, request: OrderRequest, ticks: number): VenueOrder {
  const order: VenueOrder = {
    id: nextId(state, 'order', request.instrument.underlying),
    request,
    ticks,
    createdAt: state.now,
    updatedAt: state.now,
    state: 'open',
    filledSteps: 0,
    filledTickSteps: 0,
    cancelReason: null,
    aheadSteps: 0,
  };
  state.orders.add(order);
  return order;
}

function execute(state: VenueState, listing: Listing, order: VenueOrder): readonly WireTrade[] {
  const { request } = order;
  const trades: WireTrade[] = [];
  const handler = matchHandler(state, listing, (trade) => trades.push(trade));
  const { book } = listing;
  const whole = book.available(request.side, order.ticks) >= request.steps;
  if (request.timeInForce !== 'fill_or_kill' || (whole && fitsReduction(state.client, request))) {
    book.take(order, handler);
  }
  if (order.state !== 'open') return trades;
  if (request.timeInForce !== 'good_til_cancelled') close(state, order, 'cancelled', null);
  else if (mostSteps(state.client, order) === 0) {
    close(state, order, 'cancelled', 'risk_mitigation');
  } else book.rest(order);
  return trades;
}

function fitsReduction(client: Account, request: OrderRequest): boolean {
  return !request.reduceOnly || reducibleSteps(client, request) >= request.steps;
}

/**
 * Steps of an opposite position in the order's own instrument: reduce-only knows no other (section
 * 7.2).
 */
function reducibleSteps(client: Account, request: OrderRequest): number {
  const held = heldSteps(client, request.instrument.name);
  const opposite = request.side === 'buy' ? 0 - held : held;
  return opposite > 0 ? opposite : 0;
}

function mostSteps(client: Account, order: VenueOrder): number {
  const left = remainingSteps(order);
  return order.request.reduceOnly ? Math.min(left, reducibleSteps(client, order.request)) : left;
}

interface Fill {
  readonly ticks: number;
  readonly steps: number;
  readonly liquidity: 'maker' | 'taker';
  readonly marks: Marks;
}

function bookFill(state: VenueState, listing: Listing, order: VenueOrder, fill: Fill): WireTrade {
  const { instrument } = listing;
  const { steps, ticks } = fill;
  const signed = order.request.side === 'buy' ? steps : 0 - steps;
  const priceE8 = ticks * instrument.tickE8;
  const amountE8 = steps * instrument.amountStepE8;
  const paidE8 = costE8(instrument, signed, priceE8);
  const basis = { amountE8, priceE8, indexE8: fill.marks.indexE8 };
  const feeE8 = tradeFeeE8(instrument, basis, fill.liquidity);
  const profitE8 = bookTrade(state.client, instrument, signed, paidE8);
  bookTrade(state.market, instrument, 0 - signed, 0 - paidE8);
  credit(state.client.cash, instrument.settlement, 0 - feeE8);
  credit(state.fees, instrument.settlement, feeE8);
  order.filledSteps += steps;
  order.filledTickSteps += ticks * steps;
  order.updatedAt = state.now;
  state.counters.fills += 1;
  return tellTrade(state, listing, order, { ...fill, feeE8, profitE8 });
}

/**
 * A resting reduce-only order without a position to reduce would be an opening order: the venue
 * takes it off.
 */
function cancelIdleReduceOnly(state: VenueState, listing: Listing, active: VenueOrder): void {
  for (const order of listing.book.resting()) {
    if (order === active || order.state !== 'open' || !order.request.reduceOnly) continue;
    if (reducibleSteps(state.client, order.request) > 0) continue;
    close(state, order, 'cancelled', 'risk_mitigation');
    state.notify('order', toWireOrder(order));
  }
}

function close(
  state: VenueState,
  order: VenueOrder,
  as: 'filled' | 'cancelled',
  reason: CancelReason | null,
): void {
  order.state = as;
  order.cancelReason = reason;
  order.updatedAt = state.now;
  state.orders.close(order);
  state.listings.get(order.request.instrument.name)?.book.remove(order);
}
