import type { OrderTerms } from '../order/order.ts';
import type { PendingAmount } from './exposure-view.ts';
import {
  amountE8,
  type CoinE8,
  coinE8,
  type Currency,
  type Label,
  type MicroUsd,
  microUsd,
} from '../values/index.ts';

/** The order a reservation is for. */
export type ReservedOrder = Pick<OrderTerms, 'instrument' | 'side' | 'amountE8' | 'limitPriceE8'>;

/** The exposure an order could still become (contract-1 section 17). */
interface Reservation {
  readonly underlying: Currency;
  /** Signed, for the whole order. */
  readonly deltaE8: CoinE8;
  readonly notional: MicroUsd;
  readonly order: ReservedOrder;
  /** What is still unfilled of it, of the whole. */
  share: number;
  /** What the sums hold of it now; taken out again exactly. */
  countedDelta: number;
  countedNotional: number;
}

interface Pending {
  longDeltaE8: number;
  shortDeltaE8: number;
  notional: number;
}

/**
 * The shared pending-exposure budget. Reserved at admission, before anything is recorded or sent;
 * released when the order is terminal, or never came to be. Release is idempotent; all sums are
 * integers.
 */
export class Reservations {
  readonly #entries = new Map<Label, Reservation>();
  readonly #pending = new Map<Currency, Pending>();

  reserve(
    label: Label,
    underlying: Currency,
    deltaE8: CoinE8,
    notional: MicroUsd,
    order: ReservedOrder,
  ): void {
    this.release(label);
    const counted = { share: 0, countedDelta: 0, countedNotional: 0 };
    const entry = { underlying, deltaE8, notional, order, ...counted };
    this.#entries.set(label, entry);
    this.#count(entry, 1);
  }

  /** Keeps only the unfilled share, in [0, 1]; the filled share is position now. */
  fill(label: Label, remaining: number): void {
    const entry = this.#entries.get(label);
    if (entry !== undefined) this.#count(entry, Math.max(0, remaining));
  }

  release(label: Label): void {
    const entry = this.#entries.get(label);
    if (entry === undefined) return;
    this.#count(entry, 0);
    this.#entries.delete(label);
  }

  has(label: Label): boolean {
    return this.#entries.has(label);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The unfilled rest of each, rounded away from zero. */
  *pending(): Iterable<PendingAmount> {
    for (const { order, share } of this.#entries.values()) {
      const { instrument, side, amountE8: whole, limitPriceE8 } = order;
      const size = Math.ceil(whole * share);
      if (size === 0) continue;
      const signed = amountE8(side === 'buy' ? size : 0 - size);
      yield { instrument, amountE8: signed, limitPriceE8 };
    }
  }

  longDeltaE8(underlying: Currency): CoinE8 {
    return coinE8(this.#pending.get(underlying)?.longDeltaE8 ?? 0);
  }

  shortDeltaE8(underlying: Currency): CoinE8 {
    return coinE8(this.#pending.get(underlying)?.shortDeltaE8 ?? 0);
  }

  notional(underlying: Currency): MicroUsd {
    return microUsd(this.#pending.get(underlying)?.notional ?? 0);
  }

  underlyings(): Iterable<Currency> {
    return this.#pending.keys();
  }

  #count(entry: Reservation, share: number): void {
    entry.share = share;
    let pending = this.#pending.get(entry.underlying);
    if (pending === undefined) {
      pending = { longDeltaE8: 0, shortDeltaE8: 0, notional: 0 };
      this.#pending.set(entry.underlying, pending);
    }
    // Rounded away from zero: a reservation is never smaller than what it may become.
    const size = Math.ceil(Math.abs(entry.deltaE8) * share);
    const delta = entry.deltaE8 >= 0 ? size : -size;
    if (entry.deltaE8 >= 0) pending.longDeltaE8 += delta - entry.countedDelta;
    else pending.shortDeltaE8 += delta - entry.countedDelta;
    const notional = Math.ceil(entry.notional * share);
    pending.notional += notional - entry.countedNotional;
    entry.countedDelta = delta;
    entry.countedNotional = notional;
  }
}
