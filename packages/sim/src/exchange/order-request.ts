import { E8, e8FromNumber, type InstrumentName, instrumentName } from '@holdfast/core/values';
import type { IllegalKind } from './illegal-order.ts';
import type { Direction, OrderRequest, TimeInForce } from './orders.ts';
import { isOnLadder } from './tick-ladder.ts';
import { isParams, type Params, type VenueError, venueError } from './venue-error.ts';
import type { Listing, VenueState } from './venue-state.ts';

const LABEL_MAX = 64;

/** Kinds of params; any other key is not an order's. */
const FIELDS: ReadonlyMap<string, 'string' | 'number' | 'boolean'> = new Map([
  ['instrument_name', 'string'],
  ['amount', 'number'],
  ['contracts', 'number'],
  ['type', 'string'],
  ['label', 'string'],
  ['price', 'number'],
  ['time_in_force', 'string'],
  ['post_only', 'boolean'],
  ['reject_post_only', 'boolean'],
  ['reduce_only', 'boolean'],
  ['trigger', 'string'],
  ['trigger_price', 'number'],
  ['trigger_offset', 'number'],
  ['trigger_fill_condition', 'string'],
  ['linked_order_type', 'string'],
]);

function timeInForceOf(value: unknown): TimeInForce | null {
  switch (value ?? 'good_til_cancelled') {
    case 'good_til_cancelled':
      return 'good_til_cancelled';
    case 'immediate_or_cancel':
      return 'immediate_or_cancel';
    case 'fill_or_kill':
      return 'fill_or_kill';
    default:
      return null;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

export type ReadRequest =
  | { readonly ok: true; readonly request: OrderRequest; readonly listing: Listing }
  | { readonly ok: false; readonly error: VenueError; readonly illegal: IllegalKind | null };

/**
 * Reads and judges the params of `private/buy` and `private/sell` by the venue's own rules, in the
 * venue's own words. Types our client may never use are refused here even where the real venue
 * would take them (section 4).
 */
export function readOrderRequest(state: VenueState, side: Direction, params: unknown): ReadRequest {
  if (!isParams(params)) {
    return no('malformed', venueError(-32602, 'params must be an object'));
  }
  const refused = wrongShape(params) ?? wrongType(params);
  if (refused !== null) return refused;
  const name = instrumentName(textOf(params['instrument_name']));
  const listing = state.listings.get(name);
  if (listing === undefined) return notListed(state, name);
  return readTerms(side, params, listing);
}

function no(illegal: IllegalKind | null, error: VenueError): ReadRequest & { ok: false } {
  return { ok: false, error, illegal };
}

function wrongShape(fields: Params): (ReadRequest & { ok: false }) | null {
  for (const [key, value] of Object.entries(fields)) {
    const kind = FIELDS.get(key);
    if (kind === undefined) return no('malformed', venueError(-32602, 'unknown parameter', key));
    if (typeof value !== kind || (kind === 'number' && !Number.isFinite(value))) {
      return no('malformed', venueError(-32602, 'wrong format', key));
    }
  }
  if (fields['instrument_name'] === undefined) {
    return no('malformed', venueError(-32602, 'value required', 'instrument_name'));
  }
  if ((fields['amount'] === undefined) === (fields['contracts'] === undefined)) {
    return no('malformed', venueError(11029, 'exactly one of amount and contracts', 'amount'));
  }
  if (timeInForceOf(fields['time_in_force']) === null) {
    return no('malformed', venueError(-32602, 'unsupported value', 'time_in_force'));
  }
  return null;
}

function wrongType(fields: Params): (ReadRequest & { ok: false }) | null {
  const type = textOf(fields['type'] ?? 'limit');
  if (type !== 'limit') {
    const kind = type === 'market' || type === 'market_limit' ? 'order_type' : 'trigger';
    return no(kind, venueError(11050, `order type ${type} is not accepted here`, 'type'));
  }
  for (const key of ['trigger', 'trigger_price', 'trigger_offset', 'trigger_fill_condition']) {
    if (fields[key] !== undefined) return no('trigger', venueError(11049, 'no triggers', key));
  }
  if (fields['linked_order_type'] !== undefined) {
    return no('linked', venueError(11049, 'no linked orders', 'linked_order_type'));
  }
  if (fields['price'] === undefined) {
    return no('order_type', venueError(-32602, 'a limit order needs a price', 'price'));
  }
  return null;
}

function notListed(state: VenueState, name: InstrumentName): ReadRequest {
  if (state.expired.has(name)) {
    return no('expired_instrument', venueError(10012, 'instrument_not_open', 'instrument_name'));
  }
  const error = venueError(10020, 'invalid_instrument', 'instrument_name');
  return no('unknown_instrument', error);
}

function readTerms(side: Direction, fields: Params, listing: Listing): ReadRequest {
  const { instrument } = listing;
  const label = textOf(fields['label']);
  if (label.length > LABEL_MAX) {
    return no('label_too_long', venueError(-32602, 'longer than 64 characters', 'label'));
  }
  const priceE8 = e8FromNumber(numberOf(fields['price']));
  if (priceE8 === null) return no('off_tick', venueError(10026, 'too many decimals', 'price'));
  if (priceE8 <= 0) return no('bad_price', venueError(10023, 'must be positive', 'price'));
  if (!isOnLadder(instrument, priceE8)) {
    return no('off_tick', venueError(10043, 'not on the tick ladder', 'price'));
  }
  const steps = readSteps(fields, listing);
  if (typeof steps !== 'number') return steps;
  const postOnly = fields['post_only'] === true;
  const rejectPostOnly = fields['reject_post_only'] === true;
  const timeInForce = timeInForceOf(fields['time_in_force']) ?? 'good_til_cancelled';
  if (postOnly && timeInForce !== 'good_til_cancelled') {
    const error = venueError(11055, 'only with good_til_cancelled', 'post_only');
    return no('post_only_terms', error);
  }
  const request: OrderRequest = {
    instrument,
    side,
    steps,
    ticks: priceE8 / instrument.tickE8,
    label,
    timeInForce,
    postOnly,
    rejectPostOnly,
    reduceOnly: fields['reduce_only'] === true,
  };
  return { ok: true, request, listing };
}

function readSteps(fields: Params, listing: Listing): number | ReadRequest {
  const { amountStepE8, minAmount, contractMultiplierE8 } = listing.instrument;
  const param = fields['amount'] === undefined ? 'contracts' : 'amount';
  const given = numberOf(fields[param]);
  const size = param === 'amount' ? given : (given * contractMultiplierE8) / E8;
  const amountE8 = e8FromNumber(size);
  if (amountE8 === null) return no('off_step', venueError(10021, 'too many decimals', param));
  if (amountE8 < minAmount * amountStepE8) {
    return no('too_small', venueError(10002, 'below min_trade_amount', param));
  }
  if (amountE8 % amountStepE8 !== 0) {
    return no('off_step', venueError(10021, 'not a multiple of min_trade_amount', param));
  }
  return amountE8 / amountStepE8;
}
