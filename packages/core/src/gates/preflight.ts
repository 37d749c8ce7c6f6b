import { NO_MEASURES } from './answers.ts';
import type { Instrument } from '../instrument/instrument.ts';
import { quantizePrice } from '../instrument/quantize.ts';
import type { LegProposal, Side } from '../intent/intent.ts';
import { wouldCross } from '../market/walk.ts';
import { type Price, price } from '../values/index.ts';
import type { Candidate, GateContext, Listing, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS, listingOf, toDecimal } from './scope.ts';

/**
 * Order-type preflight (contract-1 section 12): limit orders only, nothing triggered, nothing
 * linked, nothing post-only that would take. Refused, never rewritten. Several faults answer in the
 * order market, stop or trigger, linked, post-only (AMB-09). Linked orders are refused on every
 * kind: the venue capability is a constant `false` in this version (section 12, F-08).
 */
export const preflight: SafetyGate = {
  name: 'preflight',
  measures: NO_MEASURES,
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { leg } = candidate;
    return (
      forbiddenType(leg) ??
      (leg.postOnly ? forbiddenPostOnly(leg, listingOf(candidate)) : null) ??
      forbiddenStyle(context, candidate)
    );
  },
};

function forbiddenType(leg: LegProposal): Reject | null {
  const { orderType, linkedOrderType } = leg;
  if (orderType === 'market') return reject('OrderTypeMarketForbidden', { orderType });
  if (leg.trigger !== null || leg.triggerPrice !== null || isTriggered(orderType)) {
    return reject('OrderTypeStopForbidden', { orderType });
  }
  if (orderType !== 'limit') return reject('OrderTypeMarketForbidden', { orderType });
  if (linkedOrderType !== null) return reject('LinkedOrderTypeForbidden', { linkedOrderType });
  return null;
}

function isTriggered(orderType: string): boolean {
  return (
    orderType.startsWith('stop') || orderType.startsWith('take') || orderType.startsWith('trailing')
  );
}

/** Post-only is good for a resting order alone (phases section 10.2, 5). */
function forbiddenPostOnly(
  { side, limitPrice, timeInForce }: LegProposal,
  listing: Listing,
): Reject | null {
  const refusal = crossing(side, listing, restingPrice(listing.instrument, side, limitPrice));
  if (refusal !== null) return refusal;
  return timeInForce === 'good_til_cancelled'
    ? null
    : reject('InvalidInput', { field: 'postOnly.timeInForce' });
}

/** The strategy's own limit in ticks; before the pricer made one, the price that crosses least. */
function restingPrice(instrument: Instrument, side: Side, limitPrice: number | null): Price {
  if (limitPrice === null) return price(side === 'buy' ? 0 : Number.POSITIVE_INFINITY);
  const quantized = quantizePrice(instrument, side, limitPrice);
  return quantized.ok ? quantized.price : price(Number.NaN);
}

/**
 * Refuses a post-only order that would not rest, or of which nobody can say that it would (AMB-09).
 */
export function crossing(side: Side, { book, instrument }: Listing, limit: Price): Reject | null {
  if (!wouldCross(book, side, limit)) return null;
  const decimal = (ticks: number): number | null =>
    Number.isFinite(ticks) ? toDecimal(ticks * instrument.tickE8) : null;
  return reject('PostOnlyWouldCross', {
    limitPrice: decimal(limit),
    bestBid: book.usable && book.bidCount > 0 ? decimal(book.bidPrice(0)) : null,
    bestAsk: book.usable && book.askCount > 0 ? decimal(book.askPrice(0)) : null,
  });
}

/** Sniper opens with IOC limits only. A style is a tactic: it holds up no reduction (AT-1055). */
function forbiddenStyle(context: GateContext, candidate: Candidate): Reject | null {
  const style = context.policy?.executionStyle;
  const { timeInForce, postOnly } = candidate.leg;
  if (style !== 'Sniper' || candidate.intentClass !== 'OPEN') return null;
  if (timeInForce === 'immediate_or_cancel' && !postOnly) return null;
  return reject('ExecutionStyleViolation', { style, timeInForce });
}
