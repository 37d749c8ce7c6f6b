/**
 * The venue as far as one account can tell: orders that are open or over, trades, positions. It
 * believes what it is sent, fills what it is told to, and can only be asked bit by bit.
 */
import type { ObservedFill, VenueOrder } from '../../src/event.ts';
import { BTC, INDEX_E8 } from '../../src/gates/context.fixture.ts';
import type { OrderTerms } from '../../src/order/order.ts';
import {
  amountE8,
  coinE8,
  type InstrumentName,
  type Label,
  tradeId,
  venueOrderId,
  wallMs,
} from '../../src/values/index.ts';
import { T0 } from '../desk.ts';

export interface ToyOrder {
  readonly terms: OrderTerms;
  state: 'open' | 'filled' | 'cancelled' | 'rejected';
  filledE8: number;
}

export class ToyVenue {
  readonly orders = new Map<Label, ToyOrder>();
  readonly trades: ObservedFill[] = [];
  /** Orders it got twice: it does not tell them apart, so that is two positions. */
  twice: Label | null = null;
  readonly #keepsReduceOnly: boolean;

  constructor(keepsReduceOnly = true) {
    this.#keepsReduceOnly = keepsReduceOnly;
  }

  take(terms: OrderTerms, accepted: boolean): ToyOrder {
    if (this.orders.has(terms.label)) this.twice = terms.label;
    const order: ToyOrder = { terms, state: accepted ? 'open' : 'rejected', filledE8: 0 };
    this.orders.set(terms.label, order);
    return order;
  }

  /**
   * Half of the whole, or all that is left; of a reduce-only order no more than it can reduce,
   * which may be nothing. The id tells the order and the part, not the time.
   */
  fill(order: ToyOrder, part: 'half' | 'rest'): ObservedFill | null {
    const { terms } = order;
    const half = Math.floor(terms.amountE8 / 2);
    const wanted = part === 'half' ? half : terms.amountE8 - order.filledE8;
    const reduces = terms.reduceOnly && this.#keepsReduceOnly;
    const amount = reduces ? Math.min(wanted, this.#reducible(terms)) : wanted;
    if (amount === 0) return null;
    order.filledE8 += amount;
    if (order.filledE8 >= terms.amountE8) order.state = 'filled';
    const fill: ObservedFill = {
      tradeId: tradeId(`T-${terms.label}-${order.filledE8}`),
      label: terms.label,
      venueOrderId: this.idOf(terms.label),
      instrument: terms.instrument,
      side: terms.side,
      amountE8: amountE8(amount),
      priceE8: terms.limitPriceE8,
      feeE8: coinE8(9_000),
      feeCurrency: BTC,
      indexPriceE8: INDEX_E8,
      tradedAt: wallMs(T0),
    };
    this.trades.push(fill);
    return fill;
  }

  #reducible({ instrument, side }: OrderTerms): number {
    const held = this.positions().get(instrument) ?? 0;
    return Math.max(0, side === 'sell' ? held : 0 - held);
  }

  idOf(label: Label): ReturnType<typeof venueOrderId> {
    return venueOrderId(`V-${label.slice(-6)}`);
  }

  openOrders(): VenueOrder[] {
    return [...this.orders.values()]
      .filter(({ state }) => state === 'open')
      .map(({ terms: { label, instrument, side, amountE8: amount, reduceOnly }, filledE8 }) => ({
        venueOrderId: this.idOf(label),
        label,
        instrument,
        side,
        amountE8: amount,
        filledE8: amountE8(filledE8),
        reduceOnly,
      }));
  }

  /** Signed, at 1e-8; only what is held. */
  positions(): Map<InstrumentName, number> {
    return positionsOf(this.trades);
  }
}

/** What these trades add up to: the models' own book, not the product's. */
export function positionsOf(
  trades: Iterable<Pick<ObservedFill, 'instrument' | 'side' | 'amountE8'>>,
): Map<InstrumentName, number> {
  const held = new Map<InstrumentName, number>();
  for (const { instrument, side, amountE8: amount } of trades) {
    const after = (held.get(instrument) ?? 0) + (side === 'buy' ? amount : 0 - amount);
    if (after === 0) held.delete(instrument);
    else held.set(instrument, after);
  }
  return held;
}
