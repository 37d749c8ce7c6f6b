import type { Instrument } from '@holdfast/core/instrument';
import { leftOf } from './displayed-quotes.ts';
import {
  isSorted,
  type LevelChanges,
  levelChanges,
  type Levels,
  NO_LEVELS,
  quantityAt,
  withLevel,
} from './levels.ts';
import { type Direction, remainingSteps, type VenueOrder } from './orders.ts';
import { meetPrint, type PrintedTrade } from './printed-trade.ts';

/** What a book does to its orders; the exchange books it. */
export interface MatchHandler {
  /**
   * Trades at most `steps` at `ticks` with the market; returns how much of it the order could take
   * (reduce-only may be less).
   */
  fill(order: VenueOrder, ticks: number, steps: number, liquidity: 'maker' | 'taker'): number;
  /**
   * Two orders of different accounts trade at most `steps` at the maker's price. An order that can
   * take no more of it is closed, so one of them always has less left.
   */
  cross(maker: VenueOrder, taker: VenueOrder, steps: number): void;
  /** Two orders of one account meet: one of them is closed. */
  meetSelf(maker: VenueOrder, taker: VenueOrder): void;
  /** The market trades with its own quotes: everybody is told. */
  print(ticks: number, steps: number, aggressor: Direction): void;
}

/** How much of a resting order could trade now: a reduce-only one may have less than its rest. */
export type Supply = (order: VenueOrder) => number;

export interface BookChange {
  readonly snapshot: boolean;
  readonly changeId: number;
  readonly prevChangeId: number | null;
  readonly bids: LevelChanges;
  readonly asks: LevelChanges;
}

const ASK = 1;
const BID = -1;

/**
 * Price-time limit book of one instrument: the market's quotes by level, and the resting orders of
 * all accounts one by one. No account trades with itself.
 */
export class LimitBook {
  readonly instrument: Instrument;
  changeId = 0;
  #bids: Levels = NO_LEVELS;
  #asks: Levels = NO_LEVELS;
  /**
   * Quotes that were withdrawn without a word stay in what was told, but nobody can trade with
   * them.
   */
  #quoted = false;
  /** What a followed market shows, whatever of it was taken here; null where none is followed. */
  #shown: { readonly bids: Levels; readonly asks: Levels } | null = null;
  /** Price-time order. */
  readonly #ownBids: VenueOrder[] = [];
  readonly #ownAsks: VenueOrder[] = [];
  #toldBids: Levels = NO_LEVELS;
  #toldAsks: Levels = NO_LEVELS;
  #snapshotDue = true;

  constructor(instrument: Instrument) {
    this.instrument = instrument;
  }

  /** What can be traded now, orders included. */
  get bids(): Levels {
    return this.#visible(this.#quotes('sell'), this.#ownBids, BID);
  }

  get asks(): Levels {
    return this.#visible(this.#quotes('buy'), this.#ownAsks, ASK);
  }

  resting(): readonly VenueOrder[] {
    return [...this.#ownBids, ...this.#ownAsks];
  }

  /** The market's new quotes. Where they cross an order, the market takes it at its price. */
  publish(bids: Levels, asks: Levels, handler: MatchHandler): void {
    const crossed = (bids[0] ?? 0) >= (asks[0] ?? Number.MAX_SAFE_INTEGER);
    if (crossed || !isSorted(bids, BID) || !isSorted(asks, ASK)) {
      throw new RangeError(`${this.instrument.name}: quotes are crossed or not sorted`);
    }
    this.#bids = bids;
    this.#asks = asks;
    this.#quoted = true;
    if (this.#ownBids.length > 0) this.#takeOwn('sell', asks, handler);
    if (this.#ownAsks.length > 0) this.#takeOwn('buy', bids, handler);
  }

  /**
   * What a followed market shows now. It fills no order: trades do (`printed`). Quotes that cross a
   * resting order are not shown to anybody while it rests: the maker behind them would have seen it
   * and quoted beside it. `anew`: what was before is not known to continue, and neither is a place
   * in a queue.
   */
  mirror(bids: Levels, asks: Levels, anew: boolean): void {
    if (!isSorted(bids, BID) || !isSorted(asks, ASK)) {
      throw new RangeError(`${this.instrument.name}: followed quotes are not sorted`);
    }
    const before = anew ? null : this.#shown;
    this.#bids = before === null ? bids : leftOf(before.bids, this.#bids, bids);
    this.#asks = before === null ? asks : leftOf(before.asks, this.#asks, asks);
    this.#shown = { bids, asks };
    this.#quoted = true;
    if (!anew) return;
    for (const order of this.resting()) {
      const side = order.request.side === 'buy' ? bids : asks;
      order.aheadSteps = Math.max(order.aheadSteps, quantityAt(side, order.ticks));
    }
  }

  /** A trade of the followed market. @returns steps of resting orders that took part in it. */
  printed(trade: PrintedTrade, handler: MatchHandler): number {
    const own = trade.side === 'buy' ? this.#ownAsks : this.#ownBids;
    const filled = meetPrint([...own], trade, handler);
    this.#dropClosed(own);
    if (trade.steps > filled) handler.print(trade.ticks, trade.steps - filled, trade.side);
    return filled;
  }

  /**
   * The market stops answering and says nothing: books grow old. The next quotes come as a
   * snapshot.
   */
  withdraw(): void {
    this.#quoted = false;
    this.#snapshotDue = true;
  }

  /**
   * Somebody trades with the book: by price, then by time.
   * @returns steps of resting orders filled.
   */
  marketTrade(side: Direction, limitTicks: number, steps: number, handler: MatchHandler): number {
    const own = side === 'buy' ? this.#ownAsks : this.#ownBids;
    const sign = side === 'buy' ? ASK : BID;
    let left = steps;
    let filled = 0;
    while (left > 0) {
      const levels = this.#quotes(side);
      const quote = levels[0];
      const best = own[0];
      const ownFirst =
        best !== undefined &&
        (quote === undefined ||
          (best.ticks - quote) * sign < 0 ||
          (best.ticks === quote && best.aheadSteps <= 0));
      const ticks = ownFirst ? best.ticks : quote;
      if (ticks === undefined || (ticks - limitTicks) * sign > 0) break;
      if (ownFirst) {
        const took = handler.fill(best, ticks, Math.min(left, remainingSteps(best)), 'maker');
        this.#dropClosed(own);
        left -= took;
        filled += took;
      } else {
        const there = levels[1] ?? 0;
        const before = best?.ticks === ticks ? Math.min(there, best.aheadSteps) : there;
        const took = Math.min(left, before);
        this.#consume(side, ticks, took);
        handler.print(ticks, took, side);
        left -= took;
      }
    }
    return filled;
  }

  /**
   * An incoming order takes what its limit reaches. What is left is the caller's to rest or cancel.
   */
  take(order: VenueOrder, handler: MatchHandler): void {
    const { side } = order.request;
    const own = side === 'buy' ? this.#ownAsks : this.#ownBids;
    const sign = side === 'buy' ? ASK : BID;
    while (order.state === 'open' && remainingSteps(order) > 0) {
      const levels = this.#quotes(side);
      const quote = reach(levels[0], order.ticks, sign);
      const best = own[0];
      const resting = best === undefined ? undefined : reach(best.ticks, order.ticks, sign);
      if (
        best !== undefined &&
        resting !== undefined &&
        (quote === undefined ||
          (resting - quote) * sign < 0 ||
          (resting === quote && best.aheadSteps <= 0))
      ) {
        const most = Math.min(remainingSteps(best), remainingSteps(order));
        if (best.account === order.account) handler.meetSelf(best, order);
        else handler.cross(best, order, most);
        this.#dropClosed(own);
        continue;
      }
      if (quote === undefined) return;
      let steps = Math.min(levels[1] ?? 0, remainingSteps(order));
      if (best?.ticks === quote) steps = Math.min(steps, best.aheadSteps);
      const took = handler.fill(order, quote, steps, 'taker');
      if (took > 0) this.#consume(side, quote, took);
      if (took < steps) return;
    }
  }

  /** How much an order could take now, its own account's orders left out. */
  available(order: Pick<VenueOrder, 'account' | 'ticks'>, side: Direction, supply: Supply): number {
    const sign = side === 'buy' ? ASK : BID;
    let total = quantityWithin(this.#quotes(side), order.ticks, sign);
    for (const resting of side === 'buy' ? this.#ownAsks : this.#ownBids) {
      if ((resting.ticks - order.ticks) * sign > 0) break;
      if (resting.account !== order.account) total += supply(resting);
    }
    return total;
  }

  /**
   * How much an order could take before it met the first of its own account; null when it would
   * meet none.
   */
  beforeSelf(
    order: Pick<VenueOrder, 'account' | 'ticks'>,
    side: Direction,
    supply: Supply,
  ): number | null {
    const sign = side === 'buy' ? ASK : BID;
    const quotes = this.#quotes(side);
    let total = 0;
    for (const resting of side === 'buy' ? this.#ownAsks : this.#ownBids) {
      if ((resting.ticks - order.ticks) * sign > 0) break;
      if (resting.account !== order.account) total += supply(resting);
      else {
        const there = Math.min(resting.aheadSteps, quantityAt(quotes, resting.ticks));
        return total + there + quantityWithin(quotes, resting.ticks - sign, sign);
      }
    }
    return null;
  }

  /** Best price an order of this side would meet, orders included; null when there is none. */
  opposite(side: Direction): number | null {
    const best = this.#quotes(side)[0];
    const own = (side === 'buy' ? this.#ownAsks : this.#ownBids)[0]?.ticks;
    if (best === undefined || own === undefined) return best ?? own ?? null;
    return side === 'buy' ? Math.min(best, own) : Math.max(best, own);
  }

  rest(order: VenueOrder): void {
    const buys = order.request.side === 'buy';
    const own = buys ? this.#ownBids : this.#ownAsks;
    const sign = buys ? BID : ASK;
    // Of a followed market everything is ahead that it shows, also what was taken of it here.
    const { bids, asks } = this.#shown ?? { bids: this.#bids, asks: this.#asks };
    const quotes = this.#quoted ? (buys ? bids : asks) : NO_LEVELS;
    order.aheadSteps = quantityAt(quotes, order.ticks);
    order.queuedAt = order.updatedAt;
    let slot = own.length;
    while (slot > 0 && ((own[slot - 1]?.ticks ?? 0) - order.ticks) * sign > 0) slot -= 1;
    own.splice(slot, 0, order);
  }

  /** Takes a closed order off the book. */
  remove(order: VenueOrder): void {
    this.#dropClosed(order.request.side === 'buy' ? this.#ownBids : this.#ownAsks);
  }

  /** Takes an open order out of its queue; it is its owner's to put it back. */
  lift(order: VenueOrder): void {
    const own = order.request.side === 'buy' ? this.#ownBids : this.#ownAsks;
    const slot = own.indexOf(order);
    if (slot >= 0) own.splice(slot, 1);
  }

  /** What changed since this was last asked; null when nothing did. Advances `changeId`. */
  flush(nextChangeId: () => number): BookChange | null {
    if (this.#snapshotDue && !this.#quoted && this.#ownBids.length + this.#ownAsks.length === 0) {
      return null;
    }
    const { bids: nowBids, asks: nowAsks } = this;
    const snapshot = this.#snapshotDue;
    const bids = levelChanges(snapshot ? NO_LEVELS : this.#toldBids, nowBids, BID);
    const asks = levelChanges(snapshot ? NO_LEVELS : this.#toldAsks, nowAsks, ASK);
    this.#toldBids = nowBids;
    this.#toldAsks = nowAsks;
    if (!snapshot && bids.levels.length === 0 && asks.levels.length === 0) return null;
    this.#snapshotDue = false;
    const prevChangeId = snapshot ? null : this.changeId;
    this.changeId = nextChangeId();
    return { snapshot, changeId: this.changeId, prevChangeId, bids, asks };
  }

  /** The market's quotes an order of this side would trade with. */
  #quotes(side: Direction): Levels {
    if (!this.#quoted) return NO_LEVELS;
    if (side === 'buy') return uncrossed(this.#asks, this.#ownBids[0], ASK);
    return uncrossed(this.#bids, this.#ownAsks[0], BID);
  }

  #consume(side: Direction, ticks: number, steps: number): void {
    if (side === 'buy') this.#asks = withLevel(this.#asks, ticks, 0 - steps, ASK);
    else this.#bids = withLevel(this.#bids, ticks, 0 - steps, BID);
    for (const order of side === 'buy' ? this.#ownAsks : this.#ownBids) {
      if (order.ticks === ticks) order.aheadSteps = Math.max(0, order.aheadSteps - steps);
    }
  }

  /**
   * New quotes `levels` of the other side: they fill the orders they cross, and shrink by it.
   */
  #takeOwn(side: Direction, levels: Levels, handler: MatchHandler): void {
    const own = side === 'buy' ? this.#ownAsks : this.#ownBids;
    const sign = side === 'buy' ? ASK : BID;
    for (let index = 0; index < levels.length; index += 2) {
      const limit = levels[index] ?? 0;
      let left = levels[index + 1] ?? 0;
      for (let best = own[0]; best !== undefined && left > 0; best = own[0]) {
        if ((best.ticks - limit) * sign > 0) break;
        const took = handler.fill(best, best.ticks, Math.min(left, remainingSteps(best)), 'maker');
        this.#dropClosed(own);
        left -= took;
        if (side === 'buy') this.#bids = withLevel(this.#bids, limit, 0 - took, BID);
        else this.#asks = withLevel(this.#asks, limit, 0 - took, ASK);
      }
    }
    const same = side === 'buy' ? this.#asks : this.#bids;
    for (const order of own) {
      order.aheadSteps = Math.min(order.aheadSteps, quantityAt(same, order.ticks));
    }
  }

  #dropClosed(own: VenueOrder[]): void {
    for (let index = own.length - 1; index >= 0; index -= 1) {
      if (own[index]?.state !== 'open') own.splice(index, 1);
    }
  }

  #visible(quotes: Levels, own: readonly VenueOrder[], sign: 1 | -1): Levels {
    if (own.length === 0) return quotes;
    let levels = quotes;
    for (const order of own) levels = withLevel(levels, order.ticks, remainingSteps(order), sign);
    return levels;
  }
}

/** The levels from the first on that does not cross the best order of the other side. */
function uncrossed(levels: Levels, best: VenueOrder | undefined, sign: 1 | -1): Levels {
  if (best === undefined) return levels;
  let from = 0;
  while (from < levels.length && ((levels[from] ?? 0) - best.ticks) * sign <= 0) from += 2;
  return from === 0 ? levels : levels.slice(from);
}

/** Sum of the levels up to a limit. */
function quantityWithin(levels: Levels, limitTicks: number, sign: 1 | -1): number {
  let total = 0;
  for (let index = 0; index < levels.length; index += 2) {
    if (((levels[index] ?? 0) - limitTicks) * sign > 0) break;
    total += levels[index + 1] ?? 0;
  }
  return total;
}

function reach(price: number | undefined, limit: number, sign: 1 | -1): number | undefined {
  return price !== undefined && (price - limit) * sign <= 0 ? price : undefined;
}
