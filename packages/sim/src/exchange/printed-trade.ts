import type { MatchHandler } from './matching.ts';
import { type Direction, remainingSteps, type VenueOrder } from './orders.ts';

/** A trade that was made in a followed market, between others. */
export interface PrintedTrade {
  /** The aggressor's side. */
  readonly side: Direction;
  readonly ticks: number;
  readonly steps: number;
  /** When it was made, by this exchange's clock. */
  readonly at: number;
}

/**
 * Lets resting orders take part in a trade of the followed market. The model, against us where
 * nobody can know: everything shown at an order's price when it was put there is ahead of it and
 * cancels nothing; only trades at that price use it up, and what a trade has beyond it is the
 * order's. A trade at a worse price than the order's has gone through it, whatever was ahead. No
 * order takes part in what was made before it rested.
 *
 * @param own the orders such a trade can meet, in price-time order; a list of the caller's own,
 *   because a fill may close others of it.
 * @returns steps that met orders.
 */
export function meetPrint(
  own: readonly VenueOrder[],
  trade: PrintedTrade,
  handler: Pick<MatchHandler, 'fill'>,
): number {
  const sign = trade.side === 'buy' ? 1 : -1;
  let left = trade.steps;
  for (const order of own) {
    if ((order.ticks - trade.ticks) * sign > 0 || left <= 0) break;
    if (order.state !== 'open' || order.queuedAt >= trade.at) continue;
    const ahead = order.ticks === trade.ticks ? Math.min(left, order.aheadSteps) : 0;
    order.aheadSteps -= ahead;
    const most = Math.min(left - ahead, remainingSteps(order));
    if (most > 0) left -= handler.fill(order, order.ticks, most, 'maker');
  }
  return trade.steps - left;
}
