import type { ObservedFill, OrderReported } from '@holdfast/core';
import {
  amountE8,
  coinE8,
  currency,
  e8FromNumber,
  instrumentName,
  label as toLabel,
  priceE8,
  tradeId,
  venueOrderId,
  wallMs,
} from '@holdfast/core/values';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { DIRECTION, oneOf } from './schemas.ts';

/**
 * An order as Deribit describes it, in replies, snapshots and `user.orders`. Unknown fields are
 * tolerated.
 */
export const ORDER = Type.Object({
  order_id: Type.String({ minLength: 1 }),
  order_state: oneOf('open', 'filled', 'rejected', 'cancelled', 'untriggered', 'triggered'),
  label: Type.Optional(Type.String()),
  instrument_name: Type.String({ minLength: 1 }),
  direction: DIRECTION,
  amount: Type.Number(),
  // Trigger orders have none before they are triggered.
  filled_amount: Type.Optional(Type.Number()),
  reduce_only: Type.Optional(Type.Boolean()),
});

/** A trade of ours, in replies, `private/get_user_trades_*` and `user.trades`. */
export const TRADE = Type.Object({
  trade_id: Type.String({ minLength: 1 }),
  order_id: Type.Optional(Type.String()),
  label: Type.Optional(Type.String()),
  instrument_name: Type.String({ minLength: 1 }),
  direction: DIRECTION,
  amount: Type.Number(),
  price: Type.Number(),
  fee: Type.Number(),
  fee_currency: Type.String({ minLength: 1 }),
  index_price: Type.Number(),
  timestamp: Type.Integer(),
});

/** `private/buy`, `sell`, `edit`, `edit_by_label` and `close_position`. */
export const PLACEMENT = Type.Object({ order: ORDER, trades: Type.Optional(Type.Array(TRADE)) });

const PlaceReply = Compile(PLACEMENT);
const OrderMessage = Compile(ORDER);
const TradeMessage = Compile(TRADE);

export type WireOrder = Type.Static<typeof ORDER>;
type WireTrade = Type.Static<typeof TRADE>;

/** What an order message says, without when and how we learned it. */
export type ReportedOrder = Omit<OrderReported, 'kind' | 'at' | 'source'>;

export interface ParsedPlacement {
  readonly order: ReportedOrder;
  readonly fills: readonly ObservedFill[];
}

/**
 * @returns null when the answer is not what Deribit documents: the order's fate is then unknown.
 */
export function parsePlacement(result: unknown): ParsedPlacement | null {
  if (!PlaceReply.Check(result)) return null;
  const order = reportedOrder(result.order);
  const fills = (result.trades ?? []).map(observedFill);
  if (order === null || fills.some((fill) => fill === null)) return null;
  return { order, fills: fills.filter((fill) => fill !== null) };
}

export function parseOrder(
  message: unknown,
): { readonly wire: WireOrder; readonly order: ReportedOrder } | null {
  if (!OrderMessage.Check(message)) return null;
  const order = reportedOrder(message);
  return order === null ? null : { wire: message, order };
}

export function parseTrade(message: unknown): ObservedFill | null {
  return TradeMessage.Check(message) ? observedFill(message) : null;
}

function reportedOrder(wire: WireOrder): ReportedOrder | null {
  const { order_state: state, filled_amount: amount } = wire;
  const filled = amount === undefined ? null : e8FromNumber(amount);
  // We make no trigger orders (F-09): one under our eyes is nothing we could account for.
  if (filled === null || filled < 0 || state === 'untriggered' || state === 'triggered')
    return null;
  return {
    label: toLabel(wire.label ?? ''),
    venueOrderId: venueOrderId(wire.order_id),
    state,
    filledE8: amountE8(filled),
    venueCode: null,
    cause: closeCause(state),
  };
}

function closeCause(state: 'open' | 'filled' | 'rejected' | 'cancelled'): ReportedOrder['cause'] {
  if (state === 'rejected') return 'venue_reject';
  return state === 'cancelled' ? 'canceled_by_venue' : null;
}

function observedFill(wire: WireTrade): ObservedFill | null {
  const amount = e8FromNumber(wire.amount);
  const tradePrice = e8FromNumber(wire.price);
  const fee = e8FromNumber(wire.fee);
  const index = e8FromNumber(wire.index_price);
  if (amount === null || tradePrice === null || fee === null || index === null) return null;
  if (amount <= 0 || index <= 0) return null;
  return {
    tradeId: tradeId(wire.trade_id),
    label: wire.label === undefined || wire.label === '' ? null : toLabel(wire.label),
    venueOrderId: wire.order_id === undefined ? null : venueOrderId(wire.order_id),
    instrument: instrumentName(wire.instrument_name),
    side: wire.direction,
    amountE8: amountE8(amount),
    priceE8: priceE8(tradePrice),
    feeE8: coinE8(fee),
    feeCurrency: currency(wire.fee_currency),
    indexPriceE8: priceE8(index),
    tradedAt: wallMs(wire.timestamp),
  };
}
