import {
  amount,
  type DocumentFault,
  fraction,
  keysOf,
  milliseconds,
  type NumberRules,
  type ParameterKey,
  type Parsed,
  whole,
} from './document.ts';
import type { SliceRules } from './expiry-slices.ts';
import { PAIR_NUMBERS, PAIR_RULES } from './pair-parameters.ts';
import type { PairRules } from './pair-book.ts';
import { parseSliced, SLICE_KEYS, SLICE_RULES } from './slice-parameters.ts';
import type { HistoryRules } from './volatility-history.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Every number the strategy decides by. `version` changes with any of them. */
export interface StrangleParameters extends PairRules, HistoryRules {
  readonly version: string;
  readonly slices: SliceRules;
  readonly openExpiryMsMin: number;
  readonly openExpiryMsMax: number;
  readonly discountMin: number;
  readonly returnDiscount: number;
  readonly liftMax: number;
  readonly deltaTarget: number;
  readonly deltaTolerance: number;
  readonly orderContractsMax: number;
  readonly orderNotionalUsdMax: number;
  readonly spreadFractionMax: number;
  readonly marginUsd: number;
  readonly profitFraction: number;
}

/** Without a document. `config/strategies/strangle-btc-low-vol.json` says the same. */
export const STRANGLE_PARAMETERS: StrangleParameters = Object.freeze({
  version: 'strangle-btc-low-vol.1',
  slices: SLICE_RULES,
  ...PAIR_RULES,
  sampleMs: 60_000,
  samplesMax: 1_440,
  samplesMin: 360,
  gapSamplesMax: 10,
  openExpiryMsMin: 7 * DAY_MS,
  openExpiryMsMax: 45 * DAY_MS,
  discountMin: 0.15,
  returnDiscount: 0.03,
  liftMax: 1.5,
  deltaTarget: 0.25,
  deltaTolerance: 0.1,
  orderContractsMax: 1,
  orderNotionalUsdMax: 60_000,
  spreadFractionMax: 0.15,
  marginUsd: 2,
  profitFraction: 0.4,
});

type Numbers = Omit<StrangleParameters, 'version' | 'slices'>;

const DAYS_MAX = 400 * DAY_MS;

const NUMBERS: NumberRules<Numbers> = {
  ...PAIR_NUMBERS,
  sampleMs: milliseconds(HOUR_MS, 'Between two samples of the index and of DVOL.'),
  samplesMax: whole(100_000, 'Samples kept: with `sample_ms`, how far back "low" looks.'),
  samplesMin: whole(100_000, 'Samples without which nothing is called low.'),
  gapSamplesMax: whole(1_000, 'A hole of more samples than this begins the history anew.'),
  openExpiryMsMin: milliseconds(DAYS_MAX, 'Nearest expiry that is opened.'),
  openExpiryMsMax: milliseconds(
    DAYS_MAX,
    'Farthest expiry that is opened: DVOL is of thirty days, and says little of much longer ones.',
  ),
  discountMin: fraction(
    'Low is an at-the-money volatility below the lower of median DVOL and realised volatility by ' +
      'at least this fraction of it.',
  ),
  returnDiscount: fraction(
    'Closed when the at-the-money volatility is back within this fraction of that level.',
  ),
  liftMax: amount(10, 'The fair value lifts no volatility of the smile by more than this factor.'),
  deltaTarget: fraction('Size of the delta either leg is chosen by.'),
  deltaTolerance: fraction('How far from it a leg’s delta may be.'),
  orderContractsMax: amount(1_000_000, 'Largest leg, contracts.'),
  orderNotionalUsdMax: amount(1_000_000_000, 'Largest leg, USD of the coin at its index.'),
  spreadFractionMax: fraction('Widest spread of a leg, as a fraction of its ask.'),
  marginUsd: amount(1_000_000, 'USD that must be left of each leg’s own edge after its own fee.'),
  profitFraction: amount(
    100,
    'Closed when both legs together are bid at this fraction above what they cost.',
  ),
};

/** Every key of `parameters`, what it may be and what it means, for the reader of a document. */
export const STRANGLE_KEYS: readonly ParameterKey[] = Object.freeze([
  ...SLICE_KEYS,
  ...keysOf(NUMBERS, 'parameters.'),
]);

/** `parameters` of a document, every one given, in snake case. */
export function parseStrangle(version: string, value: unknown): Parsed<StrangleParameters> {
  return parseSliced(version, value, NUMBERS, emptyRanges);
}

function emptyRanges(values: Numbers, path: string): DocumentFault[] {
  const faults: DocumentFault[] = [];
  const { openExpiryMsMax, openExpiryMsMin, samplesMax, samplesMin } = values;
  if (openExpiryMsMin > openExpiryMsMax) faults.push(empty(path, 'open_expiry_ms'));
  if (samplesMin > samplesMax) faults.push(empty(path, 'samples'));
  return faults;
}

function empty(path: string, key: string): DocumentFault {
  const message = `${key}_min is above ${key}_max`;
  return { path: `${path}/${key}_min`, rule: 'range_is_empty', message };
}
