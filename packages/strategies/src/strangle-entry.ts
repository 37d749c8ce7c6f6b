import {
  E8,
  type IntentProposal,
  MS_PER_YEAR,
  optionGreeks,
  type OptionType,
  type Quote,
  smileVol,
  type StrategyView,
} from '@holdfast/core/strategy';
import { type ExpirySlice, fairValue } from './expiry-slices.ts';
import { type LegEdge, legEdge } from './leg-edge.ts';
import { type Held, openSlices, pairAmount, pairOf } from './pair-book.ts';
import type { StrangleMemory } from './strangle.ts';
import type { StrangleParameters } from './strangle-parameters.ts';
import { pastOf } from './volatility-history.ts';

/** What is called low, and what it is low against; volatilities per square root of a year. */
export interface Low {
  /** The lower of median DVOL and realised volatility. */
  readonly reference: number;
  /** At or below it volatility is low. */
  readonly limit: number;
}

/** Null while the past is too short; that is noted. */
export function lowOf(memory: StrangleMemory, parameters: StrangleParameters): Low | null {
  const past = pastOf(memory.history, parameters);
  if (past === null) {
    memory.notes.note('BTC', 'HistoryTooShort', memory.history.length, parameters.samplesMin);
    return null;
  }
  const reference = Math.min(past.median, past.realised);
  return { reference, limit: (1 - parameters.discountMin) * reference };
}

/** At-the-money volatility of the fitted smile. */
export function levelOf(slice: ExpirySlice): number | null {
  return smileVol(slice.fit, 0);
}

/** At most one group a look: the best of the expiries that are free. */
export function proposeStrangle(
  memory: StrangleMemory,
  view: StrategyView,
  slices: readonly ExpirySlice[],
  held: Held,
  low: Low | null,
  parameters: StrangleParameters,
): readonly IntentProposal[] {
  const index = view.index('BTC');
  if (index === null || !(index > 0 && index < Infinity)) {
    memory.notes.note('BTC', 'IndexMissing', 0, 0);
    return [];
  }
  const free = openSlices(memory, view, slices, held, parameters, memory.notes);
  if (free === null || low === null) return [];
  let best: { readonly slice: ExpirySlice; readonly legs: Legs } | null = null;
  for (const slice of free) {
    const left = slice.expiry - view.now;
    if (left < parameters.openExpiryMsMin || left > parameters.openExpiryMsMax) continue;
    const legs = assess(memory, view, slice, low, index, parameters);
    if (legs !== null && (best === null || netOf(legs) > netOf(best.legs))) best = { slice, legs };
  }
  if (best === null) return [];
  const { slice, legs } = best;
  const [call, put] = [legs[0].leg, legs[1].leg];
  const costUsd = legs.reduce(
    (sum, { leg }) => sum + (leg.limitPrice ?? Number.NaN) * leg.quantity * index,
    0,
  );
  const names = [call.instrument, put.instrument] as const;
  memory.pairs.set(slice.key, pairOf(slice.key, names, view.now, costUsd));
  return [{ action: 'Place', reduceOnly: false, legs: [call, put], target: null }];
}

type Legs = readonly [call: LegEdge, put: LegEdge];

const netOf = (legs: Legs): number => legs[0].netUsd + legs[1].netUsd;

/** Both legs, if volatility is low and each of them earns its own fee and margin. */
function assess(
  { notes }: StrangleMemory,
  view: StrategyView,
  slice: ExpirySlice,
  low: Low,
  index: number,
  parameters: StrangleParameters,
): Legs | null {
  const { key } = slice;
  const level = levelOf(slice);
  if (level === null || !(level <= low.limit)) {
    notes.note(key, 'VolatilityNotLow', level ?? Number.NaN, low.limit);
    return null;
  }
  const call = nearestDelta(view, slice, 'call', parameters);
  const put = nearestDelta(view, slice, 'put', parameters);
  if (call === null || put === null) {
    notes.note(key, 'NoLegAtDelta', (call === null ? 0 : 1) + (put === null ? 0 : 1), 2);
    return null;
  }
  const ageMs = Math.max(call.ageMs, put.ageMs);
  if (!(ageMs <= parameters.orderAgeMsMax)) {
    notes.note(key, 'BookTooOld', ageMs, parameters.orderAgeMsMax);
    return null;
  }
  const amountMax = Math.min(
    call.askAmount,
    put.askAmount,
    (parameters.orderContractsMax * call.instrument.contractMultiplierE8) / E8,
    parameters.orderNotionalUsdMax / index,
  );
  const quantity = pairAmount(call, put, amountMax);
  if (quantity === null) {
    notes.note(key, 'SizeTooSmall', amountMax, minimum(call));
    return null;
  }
  const lift = Math.min(low.reference / level, parameters.liftMax);
  const edges = [call, put].map((quote) => {
    const fair = fairValue(slice, quote, view, lift);
    return fair === null ? null : legEdge(view, quote, 'buy', quantity, fair, index);
  });
  const [callEdge = null, putEdge = null] = edges;
  const netUsd = Math.min(callEdge?.netUsd ?? Number.NaN, putEdge?.netUsd ?? Number.NaN);
  if (callEdge === null || putEdge === null || !(netUsd >= parameters.marginUsd)) {
    notes.note(key, 'EdgeTooSmall', netUsd, parameters.marginUsd);
    return null;
  }
  return [callEdge, putEdge];
}

const minimum = ({ instrument }: Quote): number =>
  (instrument.minAmount * instrument.amountStepE8) / E8;

/** The member of one side whose delta is nearest to the target; the lower strike where two are. */
function nearestDelta(
  view: StrategyView,
  slice: ExpirySlice,
  type: OptionType,
  { deltaTarget, deltaTolerance, spreadFractionMax }: StrangleParameters,
): Quote | null {
  const years = (slice.expiry - view.now) / MS_PER_YEAR;
  let nearest: Quote | null = null;
  let distance = deltaTolerance;
  for (const member of slice.members) {
    if (member.type !== type) continue;
    const quote = view.quote(member.quote.instrument.name);
    const vol = smileVol(slice.fit, Math.log(member.strike / slice.forward));
    if (quote === null || quote.ask === null || quote.bid === null || vol === null) continue;
    if (!(quote.ask - quote.bid <= spreadFractionMax * quote.ask)) continue;
    const greeks = optionGreeks(type, slice.forward, member.strike, vol, years);
    const off = Math.abs(Math.abs(greeks?.delta ?? Number.NaN) - deltaTarget);
    if (!(off <= distance) || (nearest !== null && off === distance)) continue;
    nearest = quote;
    distance = off;
  }
  return nearest;
}
