/**
 * Which regime the market of a strategy is in (section 4.4, G-24). Four features, three numbers:
 *
 *     move   = indexReturn / (impliedVol * sqrt(window in years))    deviations the index has gone
 *     stress = the largest of  realizedVol / impliedVol / volRatioStress,
 *                              |basis| / basisStress,  |move| / moveStress
 *     lean   = moveWeight * clamp(move / moveFull) + (1 - moveWeight) * trend         from -1 to 1
 *
 * `dislocated` where stress is 1 or more; else `bullish` or `bearish` where lean is `leanLeast` or
 * more to that side; else `balanced`. The confidence is the way to the nearest border, as a share
 * of the way there could be: 0 on the border. It is a measure of distance, not a probability.
 */
import { spellMoment } from './moment.ts';
import type { Regime } from './regime-labels.ts';

export const FEATURES = ['indexReturn', 'realizedVol', 'impliedVol', 'basis', 'trend'] as const;
export type FeatureName = (typeof FEATURES)[number];

export interface Feature {
  readonly value: number;
  /** When it was measured; epoch ms. */
  readonly at: number;
}

/**
 * `indexReturn`: log return of the index over the window. `realizedVol`, `impliedVol` (the
 * volatility index, DVOL): a year's deviation, 0.6 is 60 %. `basis`: perpetual over index, minus 1.
 * `trend`: net move over the way gone, -1 to 1. Null: not known.
 */
export type MarketFeatures = Readonly<Record<FeatureName, Feature | null>>;

export interface RegimeParameters {
  readonly windowMs: number;
  /** A feature older than this is not known. */
  readonly featureAgeMaxMs: number;
  readonly volRatioStress: number;
  readonly basisStress: number;
  readonly moveStress: number;
  readonly moveWeight: number;
  readonly moveFull: number;
  readonly leanLeast: number;
}

export const REGIME_PARAMETERS: RegimeParameters = {
  windowMs: 86_400_000,
  featureAgeMaxMs: 120_000,
  volRatioStress: 1.8,
  basisStress: 0.01,
  moveStress: 3,
  moveWeight: 0.6,
  moveFull: 1.5,
  leanLeast: 0.35,
};

export const YEAR_MS = 365 * 86_400_000;

export type RegimeFault = `feature_${'missing' | 'stale' | 'senseless'}:${FeatureName}`;

/** As it goes into an entry, and why nothing is known where nothing is. */
export interface RegimeReading {
  readonly regime: Regime | null;
  /** 0 to 1; null where there is no regime. */
  readonly confidence: number | null;
  readonly features: Readonly<Partial<Record<FeatureName, number>>>;
  readonly timestamp: string;
  readonly faults: readonly RegimeFault[];
}

/** One feature that is missing, stale or senseless is enough: unknown is never `balanced`. */
export function classifyRegime(
  features: MarketFeatures,
  now: number,
  parameters: RegimeParameters = REGIME_PARAMETERS,
): RegimeReading {
  const faults = FEATURES.flatMap((name) => {
    const fault = faultOf(name, features[name], now, parameters.featureAgeMaxMs);
    return fault === null ? [] : [fault];
  });
  const told: Partial<Record<FeatureName, number>> = {};
  for (const name of FEATURES) {
    const value = features[name]?.value;
    if (value !== undefined && Number.isFinite(value)) told[name] = value;
  }
  const timestamp = spellMoment(now);
  if (faults.length > 0) {
    return { regime: null, confidence: null, features: told, timestamp, faults };
  }
  const verdict = judge(told as Readonly<Record<FeatureName, number>>, parameters);
  return { ...verdict, features: told, timestamp, faults: [] };
}

function faultOf(
  name: FeatureName,
  feature: Feature | null,
  now: number,
  ageMaxMs: number,
): RegimeFault | null {
  if (feature === null) return `feature_missing:${name}`;
  const ageMs = now - feature.at;
  if (!(ageMs >= 0 && ageMs <= ageMaxMs)) return `feature_stale:${name}`;
  return isSensible(name, feature.value) ? null : `feature_senseless:${name}`;
}

function isSensible(name: FeatureName, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  switch (name) {
    case 'impliedVol':
      return value > 0;
    case 'realizedVol':
      return value >= 0;
    case 'trend':
      return Math.abs(value) <= 1;
    default:
      return true;
  }
}

function judge(
  { indexReturn, realizedVol, impliedVol, basis, trend }: Readonly<Record<FeatureName, number>>,
  parameters: RegimeParameters,
): { readonly regime: Regime; readonly confidence: number } {
  const { windowMs, volRatioStress, basisStress, moveStress } = parameters;
  const { moveWeight, moveFull, leanLeast } = parameters;
  const move = indexReturn / (impliedVol * Math.sqrt(windowMs / YEAR_MS));
  const stress = Math.max(
    realizedVol / impliedVol / volRatioStress,
    Math.abs(basis) / basisStress,
    Math.abs(move) / moveStress,
  );
  if (stress >= 1) return { regime: 'dislocated', confidence: share(stress - 1) };
  const calm = 1 - stress;
  const lean = moveWeight * clamp(move / moveFull) + (1 - moveWeight) * trend;
  const way = Math.abs(lean);
  if (way < leanLeast) {
    return { regime: 'balanced', confidence: share(Math.min(calm, 1 - way / leanLeast)) };
  }
  const confidence = share(Math.min(calm, (way - leanLeast) / (1 - leanLeast)));
  return { regime: lean > 0 ? 'bullish' : 'bearish', confidence };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}
