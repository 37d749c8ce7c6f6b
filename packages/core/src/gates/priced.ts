import type { Instrument } from '../instrument/instrument.ts';
import { quantizePriceE8 } from '../instrument/quantize.ts';
import type { Side } from '../intent/intent.ts';
import { E8, scaleDown, scaleUp } from '../values/index.ts';
import { inE8, note } from './answers.ts';
import { facedDeltaE8 } from './delta.ts';
import type { Candidate, GateContext, Listing, SafetyGate } from './gate.ts';
import { skewed } from './inventory-skew.ts';
import { deltaLimitE8 } from './pending-exposure.ts';
import { crossing } from './preflight.ts';
import { boundLimitE8, type PricerTerms, proposedLimitE8, strictest } from './pricer.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS, listingOf, toUsd } from './scope.ts';

/**
 * The limit price, on the venue's ladder, and once more the question whether a post-only order
 * would rest there. An OPEN takes the pricer's, shifted by the skew and made only stricter by its
 * strategy (contract-1 sections 16, 20, AMB-12); a reduction takes its strategy's. Rounding is away
 * from the market, so every bound stays.
 */
export const priced: SafetyGate = {
  name: 'priced',
  measures: [inE8('ownLimit'), inE8('limit'), inE8('limitOnLadder')],
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const listing = listingOf(candidate);
    const { leg, intentClass } = candidate;
    let limitE8 = leg.limitPrice === null ? Number.NaN : toE8(leg.limitPrice, leg.side);
    if (intentClass === 'OPEN') {
      const missing = missingInput(candidate);
      if (missing !== null) return missing;
      const own = note(candidate, pricerLimit(context, candidate, listing));
      if (leg.side === 'buy' && own < listing.instrument.tickE8) {
        return noPrice(context, candidate, listing);
      }
      limitE8 = leg.limitPrice === null ? own : strictest(leg.side, own, limitE8);
    } else if (leg.limitPrice === null) {
      return reject('InvalidInput', { field: 'limitPrice' });
    } else {
      // Only what opens is priced here.
      note(candidate, Number.NaN);
    }
    note(candidate, limitE8);
    const quantized = quantizePriceE8(listing.instrument, leg.side, limitE8);
    if (!quantized.ok) return quantized.reject;
    if (leg.postOnly) {
      const refusal = crossing(leg.side, listing, quantized.price);
      if (refusal !== null) return refusal;
    }
    candidate.limitPrice = quantized.price;
    candidate.limitPriceE8 = quantized.priceE8;
    note(candidate, quantized.priceE8);
    return null;
  },
};

function missingInput({ leg, amountE8, grossEdge, fee, minEdge }: Candidate): Reject | null {
  if (!(amountE8 > 0)) return reject('InvalidInput', { field: 'quantity' });
  if (leg.fairPrice === null || !Number.isFinite(leg.fairPrice) || !(leg.fairPrice > 0)) {
    return reject('NetEdgeInputMissing', { field: 'fair_price' });
  }
  if (grossEdge === null) return reject('NetEdgeInputMissing', { field: 'gross_edge_usd' });
  if (minEdge === null) return reject('NetEdgeInputMissing', { field: 'min_edge_usd' });
  const net = grossEdge - fee;
  if (net >= minEdge) return null;
  return reject('NetEdgeTooLow', { netEdgeUsd: toUsd(net), minEdgeUsd: toUsd(minEdge) });
}

function pricerLimit(context: GateContext, candidate: Candidate, listing: Listing): number {
  const { instrument, book } = listing;
  const { leg, skewTicks, amountE8 } = candidate;
  const { side } = leg;
  const terms: PricerTerms = {
    side,
    fairE8: toE8(leg.fairPrice ?? Number.NaN, side),
    grossEdge: candidate.grossEdge ?? Number.NaN,
    fee: candidate.fee,
    minEdge: candidate.minEdge ?? Number.NaN,
  };
  const indexE8 = context.indexPriceE8(instrument.underlying);
  const proposed = proposedLimitE8(terms, instrument, amountE8, indexE8);
  const bound = boundLimitE8(terms, instrument, amountE8, indexE8);
  if (skewTicks > 0) {
    const conceded = ticksAway(instrument, opposite(side), proposed, skewTicks);
    return strictest(side, conceded, bound);
  }
  const limit = strictest(side, proposed, bound);
  if (skewTicks === 0) return limit;
  const touch = (side === 'buy' ? book.askPrice(0) : book.bidPrice(0)) * instrument.tickE8;
  return strictest(side, limit, ticksAway(instrument, side, touch, 0 - skewTicks));
}

/**
 * So many ticks of the ladder down for a buy, up for a sale. At or below zero for a buy that runs
 * out of ladder.
 */
function ticksAway(instrument: Instrument, side: Side, fromE8: number, ticks: number): number {
  let at = fromE8;
  for (let tick = 0; tick < ticks; tick += 1) {
    const next = quantizePriceE8(instrument, side, side === 'buy' ? at - 1 : at + 1);
    if (!next.ok) return side === 'buy' ? 0 : Number.NaN;
    at = next.priceE8;
  }
  return at;
}

/** No positive price is left: by the skew's doing where it moved the limit, else the edge's. */
function noPrice(context: GateContext, candidate: Candidate, listing: Listing): Reject {
  const net = (candidate.grossEdge ?? Number.NaN) - candidate.fee;
  const minEdge = candidate.minEdge ?? Number.NaN;
  if (candidate.skewTicks < 0) {
    const limit = deltaLimitE8(context, listing.instrument.underlying) ?? Number.NaN;
    const inventory = facedDeltaE8(context.exposure, candidate, listing);
    return skewed(inventory / limit, net, minEdge);
  }
  return reject('NetEdgeTooLow', { netEdgeUsd: toUsd(net), minEdgeUsd: toUsd(minEdge) });
}

/** A raw decimal at 1e-8, rounded away from the market. */
function toE8(raw: number, side: Side): number {
  return side === 'buy' ? scaleDown(raw, E8) : scaleUp(raw, E8);
}

function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}
