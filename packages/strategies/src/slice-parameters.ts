import { SMILE_CRITERIA } from '@holdfast/core/strategy';
import {
  type DocumentFault,
  fraction,
  keysOf,
  milliseconds,
  type NumberRules,
  type ParameterKey,
  type Parsed,
  parseNumbers,
  parseObject,
  whole,
} from './document.ts';
import type { SliceRules } from './expiry-slices.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Without a document: what may enter a smile, whichever strategy asks. */
export const SLICE_RULES: SliceRules = Object.freeze({
  expiryMsMin: 2 * HOUR_MS,
  expiryMsMax: 60 * DAY_MS,
  smileAgeMsMax: 10_000,
  forwardDeviationMax: 0.001,
  volHalfSpreadFractionMax: 0.25,
  refitMs: 10_000,
  criteria: SMILE_CRITERIA,
});

const DAYS_MAX = 400 * DAY_MS;

const SLICES: NumberRules<Omit<SliceRules, 'criteria'>> = {
  expiryMsMin: milliseconds(DAYS_MAX, 'Nearest expiry that gets a smile.'),
  expiryMsMax: milliseconds(DAYS_MAX, 'Farthest expiry that gets a smile.'),
  smileAgeMsMax: milliseconds(10 * MINUTE_MS, 'Oldest quote that may enter a smile.'),
  forwardDeviationMax: fraction(
    'A quote whose underlying differs from the slice’s median by more is of another moment.',
  ),
  volHalfSpreadFractionMax: fraction(
    'A spread wider than this fraction of the volatility says nothing about it.',
  ),
  refitMs: milliseconds(
    10 * MINUTE_MS,
    'A fit is made again at least this often: time to expiry runs while quotes stand still.',
  ),
};

const CRITERIA: NumberRules<SliceRules['criteria']> = {
  pointsMin: whole(1_000, 'Two-sided quotes a smile needs, before any is left out.'),
  rmseVolMax: fraction('Largest weighted root mean square error of a smile, in volatility.'),
  volHalfSpreadFloor: fraction(
    'A spread narrower than this earns no further weight: the model is not better than it.',
  ),
  densityTolerance: fraction(
    'How far the density may fall below zero on the grid, for rounding only.',
  ),
};

/** Every key of `parameters.slices`. */
export const SLICE_KEYS: readonly ParameterKey[] = Object.freeze([
  ...keysOf(SLICES, 'parameters.slices.'),
  ...keysOf(CRITERIA, 'parameters.slices.criteria.'),
]);

/** The values are only to be used where there is no fault. `path` is where `value` stands. */
function parseSlices(
  value: unknown,
  path: string,
): { readonly values: SliceRules; readonly faults: readonly DocumentFault[] } {
  const slices = parseNumbers(value, SLICES, path, ['criteria']);
  const given = parseObject(value)?.['criteria'];
  const criteria = parseNumbers(given, CRITERIA, `${path}/criteria`);
  const faults: DocumentFault[] = [...slices.faults, ...criteria.faults];
  if (slices.values.expiryMsMin > slices.values.expiryMsMax) {
    const message = 'expiry_ms_min is above expiry_ms_max';
    faults.push({ path: `${path}/expiry_ms_min`, rule: 'range_is_empty', message });
  }
  const values = Object.freeze({ ...slices.values, criteria: Object.freeze(criteria.values) });
  return { values, faults };
}

/**
 * `parameters` of a strategy that fits slices: its own numbers, every one given, and `slices`.
 * @param faultsOf what the numbers may not be together.
 */
export function parseSliced<Numbers extends Readonly<Record<keyof Numbers, number>>>(
  version: string,
  value: unknown,
  rules: NumberRules<Numbers>,
  faultsOf: (values: Numbers, path: string) => readonly DocumentFault[] = () => [],
): Parsed<Numbers & { readonly version: string; readonly slices: SliceRules }> {
  const path = '/parameters';
  const own = parseNumbers(value, rules, path, ['slices']);
  const slices = parseSlices(parseObject(value)?.['slices'], `${path}/slices`);
  const faults = [...own.faults, ...slices.faults, ...faultsOf(own.values, path)];
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, value: Object.freeze({ version, ...own.values, slices: slices.values }) };
}
