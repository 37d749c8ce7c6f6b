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
import type { PairRules } from './pair-book.ts';
import { PAIR_NUMBERS, PAIR_RULES } from './pair-parameters.ts';
import { parseSliced, SLICE_KEYS, SLICE_RULES } from './slice-parameters.ts';

const DAY_MS = 86_400_000;

/** Every number the strategy decides by. `version` changes with any of them. */
export interface VerticalParameters extends PairRules {
  readonly version: string;
  readonly slices: SliceRules;
  readonly openExpiryMsMin: number;
  readonly fitErrorsMin: number;
  readonly neighboursMin: number;
  readonly refitsMax: number;
  readonly orderContractsMax: number;
  readonly orderNotionalUsdMax: number;
  readonly spreadFractionMax: number;
  readonly marginUsd: number;
  readonly riskUsdMax: number;
  readonly revertFraction: number;
}

/** Without a document. `config/strategies/vertical-surface.json` says the same. */
export const VERTICAL_PARAMETERS: VerticalParameters = Object.freeze({
  version: 'vertical-surface.1',
  slices: SLICE_RULES,
  ...PAIR_RULES,
  openExpiryMsMin: 4 * DAY_MS,
  fitErrorsMin: 1.5,
  neighboursMin: 2,
  refitsMax: 3,
  orderContractsMax: 10,
  orderNotionalUsdMax: 60_000,
  spreadFractionMax: 0.3,
  marginUsd: 0.6,
  riskUsdMax: 10_000,
  revertFraction: 0.25,
});

type Numbers = Omit<VerticalParameters, 'version' | 'slices'>;

const NUMBERS: NumberRules<Numbers> = {
  ...PAIR_NUMBERS,
  openExpiryMsMin: milliseconds(400 * DAY_MS, 'An expiry nearer than this is not opened.'),
  fitErrorsMin: amount(100, 'Each leg’s edge must exceed this many times the fit’s own error.'),
  neighboursMin: whole(
    100,
    'Fitted strikes needed on either side of a leg: an end has no neighbours to judge by.',
  ),
  refitsMax: whole(1_000, 'Candidates of one side of one expiry valued by a new fit in one look.'),
  orderContractsMax: amount(1_000_000, 'Largest leg, contracts.'),
  orderNotionalUsdMax: amount(1_000_000_000, 'Largest leg, USD of the coin at its index.'),
  spreadFractionMax: fraction('Widest spread of a leg, as a fraction of its ask.'),
  marginUsd: amount(1_000_000, 'USD that must be left of each leg’s own edge after its own fee.'),
  riskUsdMax: amount(
    1_000_000_000,
    'Quantity times the distance of the strikes, at most: no outcome at expiry costs more. USD.',
  ),
  revertFraction: fraction(
    'Closed when no more than this fraction of the edge at entry is left in the mid prices.',
  ),
};

/** Every key of `parameters`, what it may be and what it means, for the reader of a document. */
export const VERTICAL_KEYS: readonly ParameterKey[] = Object.freeze([
  ...SLICE_KEYS,
  ...keysOf(NUMBERS, 'parameters.'),
]);

/** `parameters` of a document, every one given, in snake case. */
export function parseVertical(version: string, value: unknown): Parsed<VerticalParameters> {
  return parseSliced(version, value, NUMBERS);
}
