import { bookTrade, credit, heldSteps, realise } from './account.ts';
import { tradeFeeE8 } from './fees.ts';
import { accruedAt, fundingDueE8 } from './funding.ts';
import { count } from './illegal-order.ts';
import { type Marks, marksOf } from './margin.ts';
import type { MatchHandler } from './matching.ts';
import { type CancelReason, type OrderRequest, remainingSteps, type VenueOrder } from './orders.ts';
import { tellPrint, tellTrade, type ToldPrint } from './trade-report.ts';
import { logTrade, unsettledOf } from './transaction-log.ts';
import type { Trader } from './trader.ts';
import { costE8 } from './valuation.ts';
import { type Listing, traderOf, type VenueState } from './venue-state.ts';
import { toWireOrder, type WireTrade } from './wire.ts';

/** What a book of this exchange does to its orders. */
export function matchHandler(
  state: VenueState,
  listing: Listing,
  onTrade?: (order: VenueOrder, trade: WireTrade) => void,
  printedAt?: number,
): MatchHandler {
  const book = (order: VenueOrder, liquidity: 'maker' | 'taker', print: ToldPrint): void => {
    const trade = bookFill(state, listing, order, liquidity, print);
    onTrade?.(order, trade);
  };
  return {
    fill(order, ticks, steps, liquidity) {
      const trader = traderOf(state, order.account);
      const marks = marksOf(state, listing);
      const most = marks === null ? 0 : Math.min(steps, mostSteps(trader, order));
      if (marks !== null && most > 0) {
        const { side } = order.request;
        const other = side === 'buy' ? 'sell' : 'buy';
        const aggressor = liquidity === 'taker' ? side : other;
        book(order, liquidity, tellPrint(state, listing, { ticks, steps: most, marks, aggressor }));
      }
      if (most > 0 && liquidity === 'taker') state.taken.add(listing.instrument);
      closeIfDone(state, order, most < steps);
      if (liquidity === 'maker') tellOrder(state, order);
      cancelIdleReduceOnly(state, listing, trader, order);
      return most;
    },
    cross(maker, taker, steps) {
      const [passive, active] = [traderOf(state, maker.account), traderOf(state, taker.account)];
      const marks = marksOf(state, listing);
      const [give, take] = [mostSteps(passive, maker), mostSteps(active, taker)];
      const most = marks === null ? 0 : Math.min(steps, give, take);
      if (marks !== null && most > 0) {
        const fill = { ticks: maker.ticks, steps: most, marks, aggressor: taker.request.side };
        const print = tellPrint(state, listing, fill);
        book(maker, 'maker', print);
        book(taker, 'taker', print);
      }
      closeIfDone(state, maker, give === most && most < steps);
      closeIfDone(state, taker, marks === null || (take === most && most < steps));
      tellOrder(state, maker);
      cancelIdleReduceOnly(state, listing, passive, maker);
      cancelIdleReduceOnly(state, listing, active, taker);
    },
    meetSelf(maker, taker) {
      const { selfTrading } = traderOf(state, maker.account);
      const goes = selfTrading === 'cancel_maker' ? maker : taker;
      close(state, goes, 'cancelled', 'risk_mitigation');
      if (goes === maker) tellOrder(state, maker);
    },
    print(ticks, steps, aggressor) {
      const marks = marksOf(state, listing);
      if (marks === null) return;
      const at = printedAt === undefined ? {} : { at: printedAt };
      tellPrint(state, listing, { ticks, steps, marks, aggressor, ...at });
    },
  };
}

/** `private` news of an order, to its owner. */
export function tellOrder(state: VenueState, order: VenueOrder): void {
  state.notify('order', toWireOrder(order), order.account);
}

export function close(
  state: VenueState,
  order: VenueOrder,
  as: 'filled' | 'cancelled',
  reason: CancelReason | null,
): void {
  order.state = as;
  order.cancelReason = reason;
  order.updatedAt = state.now;
  traderOf(state, order.account).orders.close(order);
  state.listings.get(order.request.instrument.name)?.book.remove(order);
}

/**
 * Steps of an opposite position in the order's own instrument: reduce-only knows no other (section
 * 7.2).
 */
export function reducibleSteps(
  trader: Trader,
  request: Pick<OrderRequest, 'instrument' | 'side'>,
): number {
  const held = heldSteps(trader.holdings, request.instrument.name);
  const opposite = request.side === 'buy' ? 0 - held : held;
  return opposite > 0 ? opposite : 0;
}

/** How much of its rest an order may trade. */
export function mostSteps(trader: Trader, order: VenueOrder): number {
  const left = remainingSteps(order);
  return order.request.reduceOnly ? Math.min(left, reducibleSteps(trader, order.request)) : left;
}

/** Pays a perpetual's interest up to now; to be done before its position changes. */
export function settleFunding(state: VenueState, trader: Trader, listing: Listing): number {
  const { interest, instrument } = listing;
  const position = trader.holdings.positions.get(instrument.name);
  const indexE8 = state.indexes.get(instrument.underlying);
  if (interest === null || position === undefined || indexE8 === undefined) return 0;
  const dueE8 = fundingDueE8(interest, position, indexE8, state.now);
  position.interestPaidTo = accruedAt(interest, state.now);
  if (dueE8 === 0) return 0;
  position.fundingE8 += dueE8;
  unsettledOf(trader, instrument).fundingE8 += dueE8;
  position.realisedE8 += dueE8;
  credit(trader.holdings.cash, instrument.settlement, dueE8);
  credit(state.market.cash, instrument.settlement, 0 - dueE8);
  realise(trader.holdings, instrument, dueE8);
  return dueE8;
}

function closeIfDone(state: VenueState, order: VenueOrder, exhausted: boolean): void {
  if (order.state !== 'open') return;
  if (remainingSteps(order) === 0) close(state, order, 'filled', null);
  else if (exhausted) close(state, order, 'cancelled', 'risk_mitigation');
}

/** Books one side of a trade: its owner's against the market, whose other side comes apart. */
function bookFill(
  state: VenueState,
  listing: Listing,
  order: VenueOrder,
  liquidity: 'maker' | 'taker',
  print: ToldPrint,
): WireTrade {
  const { instrument, interest } = listing;
  const trader = traderOf(state, order.account);
  const { steps, ticks, marks } = print.fill;
  const signed = order.request.side === 'buy' ? steps : 0 - steps;
  const basis = basisOf(listing, print.fill);
  const paidE8 = costE8(instrument, signed, basis.priceE8);
  const feeE8 = tradeFeeE8(instrument, basis, liquidity);
  const fundingE8 = settleFunding(state, trader, listing);
  const profitE8 = bookTrade(trader.holdings, instrument, signed, paidE8);
  bookTrade(state.market, instrument, 0 - signed, 0 - paidE8);
  const position = trader.holdings.positions.get(instrument.name);
  if (position !== undefined && interest !== null) {
    position.interestPaidTo = accruedAt(interest, state.now);
  }
  credit(trader.holdings.cash, instrument.settlement, 0 - feeE8);
  credit(state.fees, instrument.settlement, feeE8);
  order.filledSteps += steps;
  order.filledTickSteps += ticks * steps;
  order.updatedAt = state.now;
  count(state, trader, 'fills');
  if (instrument.kind !== 'option') unsettledOf(trader, instrument).profitE8 += profitE8;
  const own = { liquidity, marks, feeE8, profitE8, print };
  const wire = tellTrade(state, listing, trader, order, own);
  const booked = { instrument, wire, steps: signed, paidE8, feeE8, profitE8, fundingE8 };
  logTrade(state, trader, booked);
  return wire;
}

function basisOf(
  { instrument }: Listing,
  {
    ticks,
    steps,
    marks,
  }: { readonly ticks: number; readonly steps: number; readonly marks: Marks },
): { readonly amountE8: number; readonly priceE8: number; readonly indexE8: number } {
  return {
    amountE8: steps * instrument.amountStepE8,
    priceE8: ticks * instrument.tickE8,
    indexE8: marks.indexE8,
  };
}

/**
 * A resting reduce-only order without a position to reduce would be an opening order: the venue
 * takes it off.
 */
function cancelIdleReduceOnly(
  state: VenueState,
  listing: Listing,
  trader: Trader,
  active: VenueOrder,
): void {
  for (const order of listing.book.resting()) {
    if (order === active || order.state !== 'open' || !order.request.reduceOnly) continue;
    if (order.account !== trader.id || reducibleSteps(trader, order.request) > 0) continue;
    close(state, order, 'cancelled', 'risk_mitigation');
    tellOrder(state, order);
  }
}
