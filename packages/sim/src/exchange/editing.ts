import { findOrder } from './cancelling.ts';
import { close, tellOrder } from './fills.ts';
import { countIllegal } from './illegal-order.ts';
import { type Marks, marksOf, reservedE8, standingOf, fundsImpactE8 } from './margin.ts';
import { readSteps, readTicks, type Read, type Refusal, refusal } from './order-terms.ts';
import { type OrderRequest, remainingSteps, type VenueOrder } from './orders.ts';
import { clampTicks } from './price-band.ts';
import type { Trader } from './trader.ts';
import { closedFor, execute, overlap, postOnlyTicks } from './trading.ts';
import { reducibleSteps } from './fills.ts';
import {
  answer,
  type ExchangeAnswer,
  failure,
  missing,
  type Params,
  type VenueError,
  venueError,
} from './venue-error.ts';
import { type Listing, tellBook, type VenueState } from './venue-state.ts';
import { toWireOrder } from './wire.ts';

/** `private/edit`. */
export function edit(state: VenueState, trader: Trader, params: Params): ExchangeAnswer {
  const id = params['order_id'];
  if (typeof id !== 'string') return missing('order_id');
  const found = findOrder(state, trader, id);
  return found.ok ? change(state, trader, found.order, params) : found.answer;
}

/** `private/edit_by_label`: there has to be exactly one open order of that label. */
export function editByLabel(state: VenueState, trader: Trader, params: Params): ExchangeAnswer {
  const { label, instrument_name: name } = params;
  if (typeof label !== 'string') return missing('label');
  if (typeof name !== 'string') return missing('instrument_name');
  const [order, ...others] = [...trader.orders.open()].filter(
    ({ request }) => request.label === label && request.instrument.name === name,
  );
  if (order === undefined) return failure(venueError(10004, 'no open order of it', 'label'));
  if (others.length > 0) return failure(venueError(13032, 'several orders of it', 'label'));
  return change(state, trader, order, params);
}

/** Terms that no edit has here. */
const NOT_HERE = ['trigger_price', 'trigger_offset', 'advanced', 'display_amount'] as const;

function change(
  state: VenueState,
  trader: Trader,
  order: VenueOrder,
  params: Params,
): ExchangeAnswer {
  if (order.state !== 'open') return failure(venueError(11044, order.state, 'order_id'));
  const listing = state.listings.get(order.request.instrument.name);
  if (listing === undefined) return failure(venueError(10012, 'instrument_not_open'));
  const closed = closedFor(state, listing);
  if (closed !== null) return failure(closed);
  const marks = marksOf(state, listing);
  if (marks === null) return failure(venueError(13028, 'no mark or index price yet'));
  const read = changed(state, order, marks, params);
  if (!read.ok) {
    if (read.illegal !== null) countIllegal(state, trader, read.illegal);
    return failure(read.error);
  }
  return replace(state, trader, listing, order, read.value, marks);
}

/** The order as it would be. Absent terms stay as they are. */
function changed(
  state: VenueState,
  order: VenueOrder,
  marks: Marks,
  params: Params,
): Read<OrderRequest> {
  const { request } = order;
  const { instrument, side } = request;
  for (const key of NOT_HERE) {
    if (params[key] === undefined) continue;
    return refusal('trigger', venueError(11049, `${key} is not accepted here`, key));
  }
  const { valid_until: validUntil, price } = params;
  if (typeof validUntil === 'number' && state.now > validUntil) {
    return refusal(null, venueError(13888, 'valid_until has passed', 'valid_until'));
  }
  const ticks = price === undefined ? null : readTicks(instrument, Number(price));
  if (ticks !== null && !ticks.ok) return ticks;
  const steps = newSteps(order, params);
  if (!steps.ok) return steps;
  const postOnly = flag(params, 'post_only', request.postOnly);
  const next: OrderRequest = {
    ...request,
    steps: steps.value,
    ticks: ticks === null ? order.ticks : clampTicks(instrument, marks, side, ticks.value),
    postOnly,
    rejectPostOnly: flag(params, 'reject_post_only', request.rejectPostOnly),
    reduceOnly: flag(params, 'reduce_only', request.reduceOnly),
  };
  if (postOnly && request.timeInForce !== 'good_til_cancelled') {
    const error = venueError(11055, 'only with good_til_cancelled', 'post_only');
    return refusal('post_only_terms', error);
  }
  return { ok: true, value: next };
}

function newSteps(order: VenueOrder, params: Params): Read<number> | Refusal {
  const { request, filledSteps } = order;
  if (params['amount'] === undefined && params['contracts'] === undefined) {
    return { ok: true, value: request.steps };
  }
  const steps = readSteps(request.instrument, params);
  if (!steps.ok || steps.value > filledSteps) return steps;
  return refusal(null, venueError(10002, 'not more than is filled', 'amount'));
}

function flag(params: Params, key: string, before: boolean): boolean {
  const value = params[key];
  return typeof value === 'boolean' ? value : before;
}

/**
 * An order keeps its place in the queue only where nothing but its size changed, and that fell. A
 * post-only order that would now cross and asked to be rejected for it is cancelled.
 */
function replace(
  state: VenueState,
  trader: Trader,
  listing: Listing,
  order: VenueOrder,
  next: OrderRequest,
  marks: Marks,
): ExchangeAnswer {
  const left = { ...next, steps: next.steps - order.filledSteps };
  const refused =
    refuseChange(state, trader, listing, order, next, marks) ??
    overlap(state, trader, listing, left, next.ticks);
  if (refused !== null) return failure(refused);
  const ticks = postOnlyTicks(next, listing);
  order.replaced = true;
  order.updatedAt = state.now;
  if (ticks === null) {
    close(state, order, 'cancelled', 'edit_post_only_reject');
    return told(state, listing, order, []);
  }
  const keeps = ticks === order.ticks && next.steps <= order.request.steps;
  order.request = next;
  if (keeps) return told(state, listing, order, []);
  listing.book.lift(order);
  order.ticks = ticks;
  return told(state, listing, order, execute(state, listing, order));
}

function told(
  state: VenueState,
  listing: Listing,
  order: VenueOrder,
  trades: readonly unknown[],
): ExchangeAnswer {
  tellBook(state, listing);
  tellOrder(state, order);
  return answer({ order: toWireOrder(order), trades });
}

/** The funds the order held back are free for what it becomes. */
function refuseChange(
  state: VenueState,
  trader: Trader,
  listing: Listing,
  order: VenueOrder,
  next: OrderRequest,
  marks: Marks,
): VenueError | null {
  let steps = next.steps - order.filledSteps;
  if (next.reduceOnly) {
    steps = Math.min(steps, reducibleSteps(trader, next));
    if (steps === 0) return venueError(11030, 'reduce_only: no position to reduce', 'reduce_only');
  }
  const { instrument, side } = next;
  const shrinks = steps <= remainingSteps(order) && next.ticks === order.ticks;
  if (shrinks && next.reduceOnly === order.request.reduceOnly) return null;
  const signed = side === 'buy' ? steps : 0 - steps;
  const impact = fundsImpactE8(trader, listing, marks, signed, next.ticks * instrument.tickE8);
  if (impact <= 0) return null;
  const { availableE8 } = standingOf(state, trader, instrument.settlement);
  const freed = reservedE8(state, trader, listing, order);
  return availableE8 + freed < impact ? venueError(10009, 'available funds are too low') : null;
}
