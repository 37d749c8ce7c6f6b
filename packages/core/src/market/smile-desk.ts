import { isFresh, type MonoMs } from '../values/index.ts';
import type { Instrument } from '../instrument/instrument.ts';
import { MS_PER_YEAR } from './black76.ts';
import {
  fitSmile,
  smileFault,
  type SmileFit,
  type SmileRefusal,
  smileRefusal,
  type SmileSlice,
} from './smile.ts';
import type { SliceCurve } from './svi-arbitrage.ts';
import {
  type SviContext,
  type SviRejection,
  type SviRules,
  type SviTrip,
  validateSviFit,
  type ValidSmile,
} from './svi-guard.ts';

/** Of one look, no more are told: fewer are enough for everything that follows from them. */
const TRIPS_MAX = 32;
/** Expiries of all coins and families that a venue lists, many times over. */
const FITS_MAX = 512;
/** Two ways to say how long there is left, and the rounding between them. */
const YEARS_ERROR = 1e-9;

/** The terms by which an expiry is known; any of its options carries them. */
export type SmileTerms = Pick<Instrument, 'underlying' | 'settlement' | 'expiry'>;

/** A gate of the guard that closed and counts (contract-2 section 9.2). */
export interface SmileTrip {
  /** Coin, settlement currency and expiry. */
  readonly slice: string;
  readonly trip: SviTrip;
  readonly measured: number;
  readonly limit: number;
}

interface Kept {
  readonly smile: ValidSmile;
  readonly at: MonoMs;
  readonly family: string;
  readonly expiry: number;
}

/**
 * The last valid fits of one strategy, and the trips nobody has been told of yet. Updated in place
 * by its desk alone; bounded. Gone with the process: a fresh one has nothing to drift from.
 */
export interface SmileMemory {
  readonly kept: Map<string, Kept>;
  readonly trips: SmileTrip[];
}

export function createSmileMemory(): SmileMemory {
  return { kept: new Map(), trips: [] };
}

/** What the desk knows of the moment. */
export interface SmileMoment {
  readonly now: MonoMs;
  /** Null: no policy, or one without the figures of the guard; no fit is valid then. */
  readonly rules: SviRules | null;
  /** A fit that is older is no last valid fit any more. */
  readonly keptMsMax: number;
  /** `depth_topN` of a coin's reference instrument, USD; null: missing, stale or unreadable. */
  readonly depthUsd: (coin: string) => number | null;
}

/**
 * `smile` without `refusal`: made just now. With one: the last valid fit, still as it was, because
 * the new one was refused. Null: there is none, and implied volatility is missing.
 */
export interface SmileAnswer {
  readonly smile: ValidSmile | null;
  readonly refusal: SmileRefusal | null;
}

/** The only door to a smile (decision 0024): what comes out of it has passed the guard. */
export interface SmileDesk {
  /** Fits one expiry, from its last valid fit first and then from nothing. */
  fit(terms: SmileTerms, slice: SmileSlice): SmileAnswer;
  /**
   * The same slice without one of its quotes, which are counted as they stand in it. Never kept,
   * and no trip: it is no news of the market.
   */
  without(terms: SmileTerms, slice: SmileSlice, excluded: number): ValidSmile | null;
}

export function openSmileDesk(memory: SmileMemory, moment: SmileMoment): SmileDesk {
  return {
    fit: (terms, slice) => fitGuarded(memory, moment, terms, slice),
    without: (terms, slice, excluded) => fitWithout(memory, moment, terms, slice, excluded),
  };
}

function fitGuarded(
  memory: SmileMemory,
  moment: SmileMoment,
  terms: SmileTerms,
  slice: SmileSlice,
): SmileAnswer {
  const { rules, now } = moment;
  forget(memory, moment);
  const key = keyOf(terms);
  const before = memory.kept.get(key) ?? null;
  const held = (refusal: SmileRefusal): SmileAnswer => ({ smile: before?.smile ?? null, refusal });
  const points = slice.columns.size;
  if (rules === null) return held(smileRefusal('SmileGuardUnset', points, 0, 1));
  if (!isWithin(terms, slice, now, 0)) {
    return held(smileRefusal('SmileInputInvalid', points, slice.years, yearsLeft(terms, now)));
  }
  if (before === null && memory.kept.size >= FITS_MAX) {
    return held(smileRefusal('SmileInputInvalid', points, memory.kept.size, FITS_MAX));
  }
  const context = contextOf(memory, moment, terms, slice, before?.smile ?? null);
  const verdict = judgeStarts(slice, before?.smile ?? null, context, rules);
  if (!verdict.ok) {
    note(memory, key, verdict);
    return held(verdict.refusal);
  }
  const { smile } = verdict;
  const family = familyOf(terms);
  memory.kept.set(key, { smile, at: now, family, expiry: terms.expiry ?? Number.NaN });
  const fault = smileFault(slice, smile);
  return fault === null ? { smile, refusal: null } : { smile: null, refusal: fault };
}

/**
 * A search that starts where the last one ended is quick and may be lost; one from nothing is not,
 * and has the last word.
 */
function judgeStarts(
  slice: SmileSlice,
  before: SmileFit | null,
  context: SviContext,
  rules: SviRules,
): ReturnType<typeof validateSviFit> {
  if (before !== null) {
    const warm = fitSmile(slice, before.shape, null);
    const verdict = validateSviFit(warm, context, rules);
    if (verdict.ok && smileFault(slice, warm) === null) return verdict;
  }
  return validateSviFit(fitSmile(slice, null, null), context, rules);
}

function fitWithout(
  memory: SmileMemory,
  moment: SmileMoment,
  terms: SmileTerms,
  slice: SmileSlice,
  excluded: number,
): ValidSmile | null {
  const { rules, now, keptMsMax } = moment;
  if (rules === null || !isWithin(terms, slice, now, keptMsMax)) return null;
  const context = contextOf(memory, moment, terms, slice, null);
  const verdict = validateSviFit(fitSmile(slice, null, excluded), context, rules);
  return verdict.ok && smileFault(slice, verdict.smile) === null ? verdict.smile : null;
}

function note({ trips }: SmileMemory, slice: string, { trip, refusal }: SviRejection): void {
  if (trip === null || trips.length >= TRIPS_MAX) return;
  trips.push({ slice, trip, measured: refusal.measured, limit: refusal.limit });
}

/** What is over, and what is too old to stand for now. */
function forget({ kept }: SmileMemory, { now, keptMsMax }: SmileMoment): void {
  for (const [key, { at, expiry }] of kept) {
    if (expiry <= now || !isFresh(now, at, keptMsMax)) kept.delete(key);
  }
}

/** A slice of another moment, or of another expiry than it is said to be, is nobody's smile. */
function isWithin(
  terms: SmileTerms,
  { years }: SmileSlice,
  now: MonoMs,
  ageMsMax: number,
): boolean {
  const left = yearsLeft(terms, now);
  const error = YEARS_ERROR * left;
  return years >= left - error && years <= left + ageMsMax / MS_PER_YEAR + error;
}

function yearsLeft({ expiry }: SmileTerms, now: MonoMs): number {
  return ((expiry ?? Number.NaN) - now) / MS_PER_YEAR;
}

function contextOf(
  { kept }: SmileMemory,
  { depthUsd }: SmileMoment,
  terms: SmileTerms,
  { years }: SmileSlice,
  before: SmileFit | null,
): SviContext {
  const family = familyOf(terms);
  const own = terms.expiry ?? Number.NaN;
  const at = own - years * MS_PER_YEAR;
  let earlier: Kept | null = null;
  let later: Kept | null = null;
  for (const other of kept.values()) {
    if (other.family !== family) continue;
    if (other.expiry < own && other.expiry > (earlier?.expiry ?? 0)) earlier = other;
    if (other.expiry > own && other.expiry < (later?.expiry ?? Infinity)) later = other;
  }
  return {
    depthUsd: depthUsd(terms.underlying),
    before,
    earlier: earlier === null ? null : asOf(at, earlier),
    later: later === null ? null : asOf(at, later),
  };
}

/** The same volatilities over the time left at that moment: variance runs off meanwhile. */
function asOf(at: number, { smile, expiry }: Kept): SliceCurve {
  const years = (expiry - at) / MS_PER_YEAR;
  const share = years / smile.years;
  const { shape, kMin, kMax } = smile;
  return { shape: { ...shape, a: shape.a * share, b: shape.b * share }, years, kMin, kMax };
}

function familyOf({ underlying, settlement }: SmileTerms): string {
  return `${underlying}-${settlement}`;
}

function keyOf(terms: SmileTerms): string {
  return `${familyOf(terms)}-${terms.expiry ?? 0}`;
}
