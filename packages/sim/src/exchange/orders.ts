import type { Instrument } from '@holdfast/core/instrument';

/** Deribit keeps closed orders about this long without `historical` (phases section 7.1). */
const CLOSED_KEPT_MS = 1_800_000;

export type Direction = 'buy' | 'sell';
export type TimeInForce = 'good_til_cancelled' | 'immediate_or_cancel' | 'fill_or_kill';
export type OrderState = 'open' | 'filled' | 'cancelled';
export type CancelReason =
  | 'user_request'
  | 'cancel_on_disconnect'
  | 'risk_mitigation'
  | 'settlement';

/** What a client asked for, checked: prices in ticks, amounts in steps. */
export interface OrderRequest {
  readonly instrument: Instrument;
  readonly side: Direction;
  readonly steps: number;
  readonly ticks: number;
  readonly label: string;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly rejectPostOnly: boolean;
  readonly reduceOnly: boolean;
}

export interface VenueOrder {
  readonly id: string;
  readonly request: OrderRequest;
  /** Differs from the requested price only for a post-only order that was repriced. */
  readonly ticks: number;
  readonly createdAt: number;
  updatedAt: number;
  state: OrderState;
  filledSteps: number;
  /** Sum of ticks times steps over its fills: the average price, exactly. */
  filledTickSteps: number;
  cancelReason: CancelReason | null;
  /** Market quantity at its price that was there first. */
  aheadSteps: number;
}

export function remainingSteps(order: VenueOrder): number {
  return order.request.steps - order.filledSteps;
}

/** Every order the client made, until long after it closed. */
export class OrderStore {
  readonly #byId = new Map<string, VenueOrder>();
  readonly #open = new Map<string, VenueOrder>();
  /** Closed orders, oldest first. */
  #closed: VenueOrder[] = [];
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
    this.#forget(order.updatedAt - CLOSED_KEPT_MS);
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

  get openCount(): number {
    return this.#open.size;
  }

  /** Open and recently closed orders, in the order they were made. */
  all(): IterableIterator<VenueOrder> {
    return this.#byId.values();
  }

  #forget(before: number): void {
    let count = 0;
    while ((this.#closed[count]?.updatedAt ?? before) < before) count += 1;
    // Only in bulk: one shift of the whole array per order would be quadratic.
    if (count < 1024) return;
    for (const order of this.#closed.splice(0, count)) this.#byId.delete(order.id);
  }
}
