import { type InstrumentName, instrumentName } from '@holdfast/core/values';
import type { IllegalKind } from './illegal-order.ts';
import type { Direction, OrderRequest, TimeInForce } from './orders.ts';
import { readSteps, readTicks, type Refusal, refusal } from './order-terms.ts';
import { isParams, type Params, venueError } from './venue-error.ts';
import type { Listing, VenueState } from './venue-state.ts';

const LABEL_MAX = 64;

type FieldKind = 'string' | 'number' | 'boolean' | 'list';

/** Kinds of params; any other key is not an order's. */
const FIELDS: ReadonlyMap<string, FieldKind> = new Map([
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
  ['valid_until', 'number'],
  ['mmp', 'boolean'],
  ['display_amount', 'number'],
  ['advanced', 'string'],
  ['trigger', 'string'],
  ['trigger_price', 'number'],
  ['trigger_offset', 'number'],
  ['trigger_fill_condition', 'string'],
  ['linked_order_type', 'string'],
  ['otoco_config', 'list'],
]);

/** Terms that Deribit knows and this exchange does not have, and what asking for them counts as. */
const NOT_HERE: readonly (readonly [key: string, counts: IllegalKind])[] = [
  ['trigger', 'trigger'],
  ['trigger_price', 'trigger'],
  ['trigger_offset', 'trigger'],
  ['trigger_fill_condition', 'trigger'],
  ['linked_order_type', 'linked'],
  ['otoco_config', 'linked'],
  ['display_amount', 'hidden'],
  ['advanced', 'advanced'],
];

const TIMES_IN_FORCE: readonly TimeInForce[] = [
  'good_til_cancelled',
  'good_til_day',
  'immediate_or_cancel',
  'fill_or_kill',
];

/** What was asked, with the limit of a market order still to be found. */
export type ReadOrder = Omit<OrderRequest, 'ticks' | 'type' | 'originalType'> & {
  readonly type: 'limit' | 'market' | 'market_limit';
  /** Null unless it is a limit order. */
  readonly ticks: number | null;
};

export type ReadRequest =
  | {
      readonly ok: true;
      readonly request: ReadOrder;
      readonly listing: Listing;
      /** Legal at the venue, and still nothing a correct client of ours sends. */
      readonly illegal: readonly IllegalKind[];
    }
  | Refusal;

/**
 * Reads and judges the params of `private/buy` and `private/sell` by the venue's own rules, in the
 * venue's own words. Market orders exist for futures and are refused for options, where Deribit's
 * documents disagree (F-01b); trigger, linked, hidden and advanced orders do not exist here.
 */
export function readOrderRequest(state: VenueState, side: Direction, params: unknown): ReadRequest {
  if (!isParams(params)) {
    return refusal('malformed', venueError(-32602, 'params must be an object'));
  }
  const refused = wrongShape(params) ?? notHere(params);
  if (refused !== null) return refused;
  const name = instrumentName(textOf(params['instrument_name']));
  const listing = state.listings.get(name);
  if (listing === undefined) return notListed(state, name);
  const { valid_until: validUntil } = params;
  if (typeof validUntil === 'number' && state.now > validUntil) {
    return refusal(null, venueError(13888, 'valid_until has passed', 'valid_until'));
  }
  return readTerms(side, params, listing);
}

export function notListed(state: VenueState, name: InstrumentName): Refusal {
  const gone = state.expired.get(name);
  if (gone !== undefined) {
    const error = venueError(10012, 'instrument_not_open', 'instrument_name');
    // Its expiry is known to everybody; that it was taken off before, only to who has heard of it.
    const isDue = state.now >= (gone.instrument.expiry ?? Number.POSITIVE_INFINITY);
    return refusal(isDue ? 'expired_instrument' : null, error);
  }
  const error = venueError(10020, 'invalid_instrument', 'instrument_name');
  return refusal('unknown_instrument', error);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function timeInForceOf(value: unknown): TimeInForce | null {
  if (value === undefined) return 'good_til_cancelled';
  return TIMES_IN_FORCE.find((each) => each === value) ?? null;
}

function wrongShape(fields: Params): Refusal | null {
  for (const [key, value] of Object.entries(fields)) {
    const kind = FIELDS.get(key);
    if (kind === undefined) {
      return refusal('malformed', venueError(-32602, 'unknown parameter', key));
    }
    if (!isOf(kind, value)) return refusal('malformed', venueError(-32602, 'wrong format', key));
  }
  if (fields['instrument_name'] === undefined) {
    return refusal('malformed', venueError(-32602, 'value required', 'instrument_name'));
  }
  if (timeInForceOf(fields['time_in_force']) === null) {
    return refusal('malformed', venueError(-32602, 'unsupported value', 'time_in_force'));
  }
  return null;
}

function isOf(kind: FieldKind, value: unknown): boolean {
  if (kind === 'list') return Array.isArray(value);
  return typeof value === kind && (kind !== 'number' || Number.isFinite(value));
}

function notHere(fields: Params): Refusal | null {
  const type = textOf(fields['type'] ?? 'limit');
  if (type !== 'limit' && type !== 'market' && type !== 'market_limit') {
    const error = venueError(11050, `order type ${type} is not accepted here`, 'type');
    return refusal('trigger', error);
  }
  for (const [key, counts] of NOT_HERE) {
    if (fields[key] === undefined) continue;
    return refusal(counts, venueError(11049, `${key} is not accepted here`, key));
  }
  if (fields['mmp'] === true) {
    return refusal('advanced', venueError(11049, 'no market maker protection', 'mmp'));
  }
  if (type === 'limit' && fields['price'] === undefined) {
    return refusal('order_type', venueError(-32602, 'a limit order needs a price', 'price'));
  }
  return null;
}

function readTerms(side: Direction, fields: Params, listing: Listing): ReadRequest {
  const { instrument } = listing;
  const label = textOf(fields['label']);
  if (label.length > LABEL_MAX) {
    const error = venueError(-32602, 'longer than 64 characters', 'label');
    return refusal('label_too_long', error);
  }
  const type = typeOf(fields);
  if (type !== 'limit' && instrument.kind === 'option') {
    return refusal('order_type', venueError(11050, 'options take limit orders only', 'type'));
  }
  const ticks = type === 'limit' ? readTicks(instrument, Number(fields['price'])) : null;
  if (ticks !== null && !ticks.ok) return ticks;
  const steps = readSteps(instrument, fields);
  if (!steps.ok) return steps;
  const postOnly = fields['post_only'] === true;
  const timeInForce = timeInForceOf(fields['time_in_force']) ?? 'good_til_cancelled';
  if (postOnly && (type !== 'limit' || timeInForce !== 'good_til_cancelled')) {
    const error = venueError(11055, 'only limit orders that are good_til_cancelled', 'post_only');
    return refusal('post_only_terms', error);
  }
  const request: ReadOrder = {
    instrument,
    side,
    steps: steps.value,
    ticks: ticks === null ? null : ticks.value,
    type,
    label,
    timeInForce,
    postOnly,
    rejectPostOnly: fields['reject_post_only'] === true,
    reduceOnly: fields['reduce_only'] === true,
  };
  return { ok: true, request, listing, illegal: neverOurs(fields, request) };
}

function typeOf({ type }: Params): ReadOrder['type'] {
  return type === 'market' || type === 'market_limit' ? type : 'limit';
}

/** What Deribit takes from others, and a correct client of ours never sends (D-17, section 6.2). */
function neverOurs(fields: Params, request: ReadOrder): readonly IllegalKind[] {
  const kinds: IllegalKind[] = [];
  if (request.type !== 'limit') kinds.push('order_type');
  if (fields['amount'] !== undefined && fields['contracts'] !== undefined) kinds.push('both_sizes');
  if (request.postOnly && !request.rejectPostOnly) kinds.push('post_only_terms');
  return kinds;
}
