import type { HeldAmount } from '../position/exposure-view.ts';
import { underlyingOf } from '../instrument/name.ts';
import { ageMs, currency, type Currency, E8, type InstrumentName } from '../values/index.ts';
import { inE8, inUsd, note } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { instrumentOf, OPEN_ONLY, parametersOf, policyOf, toDecimal, toUsd } from './scope.ts';

const BTC = currency('BTC');
/** The move of an underlying that gamma is told for. */
const MOVE = 0.01;
const MICRO = 1_000_000;

type Greek = 'gamma' | 'vega';

/**
 * Gamma and vega of what is held, what is on its way and this order (phases section 1.3), from the
 * venue's analytics of each instrument. Inside one underlying long and short net, and pending
 * orders count on the side they make worse; across underlyings sizes add up. The worse end of that
 * range is compared: an order that would bring back what is over its limit is refused too, and goes
 * as a reduction.
 *
 * `vega`: USD per point of volatility. `gamma`, BTC equivalent: by how much delta changes when the
 * underlying moves one percent, in BTC: amount x gamma x index x 1 % coin, times the coin's index
 * over that of BTC. Figures are floats, and rounded up where they meet the limit.
 */
export const greeks: SafetyGate = {
  name: 'greeks',
  measures: [inE8('gammaBtc'), inE8('maxGammaBtc'), inUsd('vegaUsd'), inUsd('maxVegaUsd')],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null =>
    overGamma(context, candidate) ?? overVega(context, candidate),
};

function overGamma(context: GateContext, candidate: Candidate): Reject | null {
  const { maxGammaBtcEquiv } = policyOf(context).limits;
  const total = gammaBtcE8(context, orderOf(candidate));
  if (typeof total !== 'number') return total;
  const gamma = note(candidate, total);
  const limit = note(candidate, Math.floor(maxGammaBtcEquiv * E8));
  if (gamma <= limit) return null;
  const operands = { value: toDecimal(gamma), max: maxGammaBtcEquiv };
  return reject('PolicyLimitExceeded', { limit: 'max_gamma_btc_equiv', ...operands });
}

function overVega(context: GateContext, candidate: Candidate): Reject | null {
  const { maxVega } = policyOf(context).limits;
  const total = vegaMicroUsd(context, orderOf(candidate));
  if (typeof total !== 'number') return total;
  const vega = note(candidate, total);
  if (vega <= note(candidate, maxVega)) return null;
  const operands = { value: toUsd(vega), max: toUsd(maxVega) };
  return reject('PolicyLimitExceeded', { limit: 'max_vega_usd', ...operands });
}

function orderOf(candidate: Candidate): HeldAmount {
  const { amountE8, leg } = candidate;
  const signed = leg.side === 'buy' ? amountE8 : 0 - amountE8;
  return { instrument: instrumentOf(candidate).name, amountE8: signed as typeof amountE8 };
}

/** What greeks are made of. */
export type GreekSources = Pick<
  GateContext,
  'exposure' | 'indexPriceE8' | 'listings' | 'now' | 'policy'
>;

/** Gamma of everything and of `order`, BTC equivalent at 1e-8; or why nobody can tell. */
export function gammaBtcE8(sources: GreekSources, order: HeldAmount | null): number | Reject {
  const sums = sumsOf(sources, order, 'gamma');
  if (!(sums instanceof Map)) return sums;
  const btc = sources.indexPriceE8(BTC);
  let total = 0;
  for (const [underlying, sum] of sums) {
    const worst = worstOf(sum);
    if (worst === 0) continue;
    const index = sources.indexPriceE8(underlying);
    if (index === null || !(index > 0)) return indexMissing(underlying);
    if (btc === null || !(btc > 0)) return indexMissing(BTC);
    total += worst * (index / E8) * MOVE * (index / btc);
  }
  return Math.ceil(total * E8);
}

/** The same of vega, micro-USD. */
export function vegaMicroUsd(sources: GreekSources, order: HeldAmount | null): number | Reject {
  const sums = sumsOf(sources, order, 'vega');
  if (!(sums instanceof Map)) return sums;
  let total = 0;
  for (const sum of sums.values()) total += worstOf(sum);
  return Math.ceil(total * MICRO);
}

/** One greek of one underlying: what is held, and the two ends pending orders could push it to. */
interface Sum {
  held: number;
  up: number;
  down: number;
}

/** The end of its range that is further from nothing. */
function worstOf({ held, up, down }: Sum): number {
  return Math.max(Math.abs(held + up), Math.abs(held + down));
}

/** By underlying, or why one of the parts cannot be told. */
function sumsOf(
  sources: GreekSources,
  order: HeldAmount | null,
  greek: Greek,
): Map<Currency, Sum> | Reject {
  const sums = new Map<Currency, Sum>();
  const { exposure } = sources;
  for (const part of exposure.held) {
    const value = valueOf(sources, part, greek);
    if (typeof value !== 'number') return value;
    sumIn(sums, sources, part.instrument).held += value;
  }
  for (const part of [...exposure.pending, ...(order === null ? [] : [order])]) {
    const value = valueOf(sources, part, greek);
    if (typeof value !== 'number') return value;
    const sum = sumIn(sums, sources, part.instrument);
    if (value > 0) sum.up += value;
    else sum.down += value;
  }
  return sums;
}

function sumIn(sums: Map<Currency, Sum>, context: GreekSources, instrument: InstrumentName): Sum {
  const listed = context.listings.get(instrument)?.instrument.underlying;
  const underlying = listed ?? underlyingOf(instrument);
  let sum = sums.get(underlying);
  if (sum === undefined) {
    sum = { held: 0, up: 0, down: 0 };
    sums.set(underlying, sum);
  }
  return sum;
}

/** Amount times the venue's figure. What is no option has neither gamma nor vega. */
function valueOf(
  context: GreekSources,
  { instrument, amountE8 }: HeldAmount,
  greek: Greek,
): number | Reject {
  const listing = context.listings.get(instrument);
  if (listing !== undefined && listing.instrument.kind !== 'option') return 0;
  const told = listing?.greeks ?? null;
  const figure = told?.[greek] ?? null;
  const age = ageMs(context.now, told?.at ?? null);
  const { greeksMaxAgeMs: maxAgeMs } = parametersOf(context);
  if (figure === null || !Number.isFinite(figure) || age === null || age > maxAgeMs) {
    return reject('GreeksUnknown', { instrument, greek, ageMs: age, maxAgeMs });
  }
  return (amountE8 / E8) * figure;
}

/** AMB-04: what cannot be valued cannot be shown to fit. */
function indexMissing(underlying: Currency): Reject {
  return reject('InstrumentMetadataMissing', { instrument: underlying, field: 'index_price' });
}
