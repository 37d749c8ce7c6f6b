import {
  amount,
  fraction,
  keysOf,
  milliseconds,
  type NumberRules,
  type ParameterKey,
  type Parsed,
  whole,
} from './document.ts';
import type { SliceRules } from './expiry-slices.ts';
import { parseSliced, SLICE_KEYS, SLICE_RULES } from './slice-parameters.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Every number the strategy decides by; its rule below says what it means. `version` changes with
 * any of them.
 */
export interface CheapOptionParameters {
  readonly version: string;
  readonly slices: SliceRules;
  readonly openExpiryMsMin: number;
  readonly orderAgeMsMax: number;
  readonly orderContractsMax: number;
  readonly orderNotionalUsdMax: number;
  readonly positionsMax: number;
  readonly marginUsd: number;
  readonly fitErrorsMin: number;
  readonly spreadFractionMax: number;
  readonly neighboursMin: number;
  readonly refitsMax: number;
  readonly stopFraction: number;
  readonly holdMsMax: number;
  readonly closeExpiryMs: number;
  readonly retryMs: number;
  readonly reentryMs: number;
}

/** Without a document. `config/strategies/cheap-option.json` says the same. */
export const CHEAP_OPTION_PARAMETERS: CheapOptionParameters = Object.freeze({
  version: 'cheap-option.3',
  slices: SLICE_RULES,
  openExpiryMsMin: DAY_MS,
  orderAgeMsMax: 1_000,
  orderContractsMax: 10,
  orderNotionalUsdMax: 60_000,
  positionsMax: 6,
  marginUsd: 0.6,
  fitErrorsMin: 1.5,
  spreadFractionMax: 0.5,
  neighboursMin: 2,
  refitsMax: 3,
  stopFraction: 0.5,
  holdMsMax: DAY_MS,
  closeExpiryMs: 12 * HOUR_MS,
  retryMs: 10_000,
  reentryMs: 5 * MINUTE_MS,
});

const DAYS_MAX = 400 * DAY_MS;

type Numbers = Omit<CheapOptionParameters, 'version' | 'slices'>;

const NUMBERS: NumberRules<Numbers> = {
  openExpiryMsMin: milliseconds(DAYS_MAX, 'An expiry nearer than this is closed, not opened.'),
  orderAgeMsMax: milliseconds(10_000, 'Oldest book an order may be priced from.'),
  orderContractsMax: amount(
    1_000_000,
    'Largest order, contracts; the third cap is the size offered at the ask.',
  ),
  orderNotionalUsdMax: amount(1_000_000_000, 'Largest order, USD of the underlying at its index.'),
  positionsMax: whole(1_000, 'Positions held at once, at most.'),
  marginUsd: amount(
    1_000_000,
    'USD that must be left of the whole order’s edge after the purchase’s fee and slippage.',
  ),
  fitErrorsMin: amount(100, 'The edge must also exceed this many times the fit’s own error.'),
  spreadFractionMax: fraction(
    'Widest spread, as a fraction of the ask, that may stand between purchase and sale.',
  ),
  neighboursMin: whole(
    100,
    'Fitted strikes needed on either side: the ends of a smile have no neighbours to judge by.',
  ),
  refitsMax: whole(1_000, 'Candidates of one expiry valued by a new fit in one consult.'),
  stopFraction: fraction('Closed when the bid has lost this fraction since entry.'),
  holdMsMax: milliseconds(
    DAYS_MAX,
    'Closed after this time. Long against the hours for which a market can be silent, as ' +
      'recorded chains are between two snapshots: a shorter one would end every wait at the ' +
      'first quote after the first silence, and no sale would ever be by value.',
  ),
  closeExpiryMs: milliseconds(
    DAYS_MAX,
    'Closed when no more than this is left to expiry. Longer than a silence, so that the last ' +
      'chance to sell does not fall into one.',
  ),
  retryMs: milliseconds(DAY_MS, 'Pause before the same expiry, or the same close, is tried again.'),
  reentryMs: milliseconds(DAY_MS, 'Pause before an expiry is entered again after a close.'),
};

/** Every key of `parameters`, what it may be and what it means, for the reader of a document. */
export const CHEAP_OPTION_KEYS: readonly ParameterKey[] = Object.freeze([
  ...SLICE_KEYS,
  ...keysOf(NUMBERS, 'parameters.'),
]);

/**
 * `parameters` of a document, every one given: a number nobody wrote down is a number nobody
 * decided. Keys are the names above in snake case.
 */
export function parseCheapOption(version: string, value: unknown): Parsed<CheapOptionParameters> {
  return parseSliced(version, value, NUMBERS);
}
