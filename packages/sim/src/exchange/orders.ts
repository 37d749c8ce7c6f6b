import type { Instrument } from '@holdfast/core/instrument';

/** Closed orders that can still be found with `historical`; older ones are forgotten. */
const CLOSED_KEPT = 100_000;

export type Direction = 'buy' | 'sell';
export type TimeInForce =
  | 'good_til_cancelled'
  | 'good_til_day'
  | 'immediate_or_cancel'
  | 'fill_or_kill';
export type OrderState = 'open' | 'filled' | 'cancelled';
export type CancelReason =
  | 'user_request'
  | 'cancel_on_disconnect'
  | 'risk_mitigation'
  | 'edit_post_only_reject'
  | 'settlement';

/** What a client asked for, checked: prices in ticks, amounts in steps. */
export interface OrderRequest {
  readonly instrument: Instrument;
  readonly side: Direction;
  readonly steps: number;
  /** The limit; for a market order the edge of the price band. */
  readonly ticks: number;
  /** A market order is never left in the book. */
  readonly type: 'limit' | 'market';
  /** Where it came as something else: a `market_limit` is a limit order at the best price. */
  readonly originalType: 'market_limit' | null;
  readonly label: string;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly rejectPostOnly: boolean;
  readonly reduceOnly: boolean;
}

export interface VenueOrder {
  readonly id: string;
  /** Account it belongs to. */
  readonly account: string;
  /** Replaced as a whole by an edit. */
  request: OrderRequest;
  /** Differs from the requested price only for a post-only order that was repriced. */
  ticks: number;
  readonly createdAt: number;
  updatedAt: number;
  state: OrderState;
  filledSteps: number;
  /** Sum of ticks times steps over its fills: the average price, exactly. */
  filledTickSteps: number;
  cancelReason: CancelReason | null;
  /** Its owner has changed it since it was made. */
  replaced: boolean;
  /** Market quantity at its price that was there first. */
  aheadSteps: number;
  /** When it was put there last. */
  queuedAt: number;
}

export function remainingSteps(order: VenueOrder): number {
  return order.request.steps - order.filledSteps;
}

/** Every order one account made, until long after it closed. */
export class OrderStore {
  readonly #byId = new Map<string, VenueOrder>();
  readonly #open = new Map<string, VenueOrder>();
  /** Closed orders, oldest first. */
  readonly #closed: VenueOrder[] = [];
  /** Labels for ever: a second order under one label is the thing we are here to notice. */
  readonly #labels = new Set<string>();

  add(order: VenueOrder): void {
    this.#byId.set(order.id, order);
    this.#open.set(order.id, order);
  }

  /**
   * Every label that arrived, whatever became of its order.
   * @returns whether it had arrived before.
   */
  noteLabel(label: string): boolean {
    if (this.#labels.has(label)) return true;
    this.#labels.add(label);
    return false;
  }

  /** To be called once, when an order has left the state `open`. */
  close(order: VenueOrder): void {
    this.#open.delete(order.id);
    this.#closed.push(order);
    // Only in bulk: one shift of the whole array per order would be quadratic.
    if (this.#closed.length < CLOSED_KEPT + 1_024) return;
    for (const forgotten of this.#closed.splice(0, 1_024)) this.#byId.delete(forgotten.id);
  }

  byId(id: string): VenueOrder | undefined {
    return this.#byId.get(id);
  }

  isLive(label: string): boolean {
    for (const order of this.#open.values()) if (order.request.label === label) return true;
    return false;
  }

  /** Open orders in the order they were made. */
  open(): IterableIterator<VenueOrder> {
    return this.#open.values();
  }

  /** Closed orders, oldest first. */
  closed(): readonly VenueOrder[] {
    return this.#closed;
  }

  /** Open and closed orders, in the order they were made. */
  all(): IterableIterator<VenueOrder> {
    return this.#byId.values();
  }
}
