import { SMILE_CRITERIA } from '@holdfast/core/strategy';
import {
  amount,
  type DocumentFault,
  fraction,
  milliseconds,
  type NumberRules,
  type Parsed,
  parseNumbers,
  parseObject,
  whole,
} from './document.ts';
import type { SliceRules } from './expiry-slices.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Every number the strategy decides by. `version` changes with any of them. */
export interface CheapOptionParameters {
  readonly version: string;
  readonly slices: SliceRules;
  /** An expiry nearer than this is closed, not opened. */
  readonly openExpiryMsMin: number;
  /** Oldest book an order may be priced from. */
  readonly orderAgeMsMax: number;
  /** Largest order, contracts; the third cap is the size offered at the ask. */
  readonly orderContractsMax: number;
  /** Largest order, USD of the underlying at its index. */
  readonly orderNotionalUsdMax: number;
  readonly positionsMax: number;
  /** USD that must be left of the whole order's edge after the purchase's fee and slippage. */
  readonly marginUsd: number;
  /** The edge must also exceed this many times the fit's own error. */
  readonly fitErrorsMin: number;
  /** Widest spread, as a fraction of the ask, that may stand between purchase and sale. */
  readonly spreadFractionMax: number;
  /**
   * Fitted strikes needed on either side: the ends of a smile have no neighbours to be judged by.
   */
  readonly neighboursMin: number;
  /** Candidates of one expiry valued by a new fit in one consult. */
  readonly refitsMax: number;
  /** Closed when the bid has lost this fraction since entry. */
  readonly stopFraction: number;
  /**
   * Closed after this time. Long against the hours for which a market can be silent, as recorded
   * chains are between two snapshots: a shorter one would end every wait at the first quote after
   * the first silence, and no sale would ever be by value.
   */
  readonly holdMsMax: number;
  /**
   * Closed when no more than this is left to expiry. Longer than a silence, so that the last chance
   * to sell does not fall into one.
   */
  readonly closeExpiryMs: number;
  /** Pause before the same expiry, or the same close, is tried again. */
  readonly retryMs: number;
  /** Pause before an expiry is entered again after a close. */
  readonly reentryMs: number;
}

export const CHEAP_OPTION_PARAMETERS: CheapOptionParameters = Object.freeze({
  version: 'cheap-option.3',
  slices: Object.freeze({
    expiryMsMin: 2 * HOUR_MS,
    expiryMsMax: 60 * DAY_MS,
    smileAgeMsMax: 10_000,
    forwardDeviationMax: 0.001,
    volHalfSpreadFractionMax: 0.25,
    refitMs: 10_000,
    criteria: SMILE_CRITERIA,
  }),
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
  openExpiryMsMin: milliseconds(DAYS_MAX),
  orderAgeMsMax: milliseconds(10_000),
  orderContractsMax: amount(1_000_000),
  orderNotionalUsdMax: amount(1_000_000_000),
  positionsMax: whole(1_000),
  marginUsd: amount(1_000_000),
  fitErrorsMin: amount(100),
  spreadFractionMax: fraction,
  neighboursMin: whole(100),
  refitsMax: whole(1_000),
  stopFraction: fraction,
  holdMsMax: milliseconds(DAYS_MAX),
  closeExpiryMs: milliseconds(DAYS_MAX),
  retryMs: milliseconds(DAY_MS),
  reentryMs: milliseconds(DAY_MS),
};

const SLICES: NumberRules<Omit<SliceRules, 'criteria'>> = {
  expiryMsMin: milliseconds(DAYS_MAX),
  expiryMsMax: milliseconds(DAYS_MAX),
  smileAgeMsMax: milliseconds(10 * MINUTE_MS),
  forwardDeviationMax: fraction,
  volHalfSpreadFractionMax: fraction,
  refitMs: milliseconds(10 * MINUTE_MS),
};

const CRITERIA: NumberRules<SliceRules['criteria']> = {
  pointsMin: whole(1_000),
  rmseVolMax: fraction,
  volHalfSpreadFloor: fraction,
  densityTolerance: fraction,
};

/**
 * `parameters` of a document, every one given: a number nobody wrote down is a number nobody
 * decided. Keys are the names above in snake case.
 */
export function parseCheapOption(version: string, value: unknown): Parsed<CheapOptionParameters> {
  const path = '/parameters';
  const own = parseNumbers(value, NUMBERS, path, ['slices']);
  const inner = parseObject(value)?.['slices'];
  const slices = parseNumbers(inner, SLICES, `${path}/slices`, ['criteria']);
  const criteria = parseNumbers(
    parseObject(inner)?.['criteria'],
    CRITERIA,
    `${path}/slices/criteria`,
  );
  const faults: DocumentFault[] = [...own.faults, ...slices.faults, ...criteria.faults];
  if (slices.values.expiryMsMin > slices.values.expiryMsMax) {
    const message = 'expiry_ms_min is above expiry_ms_max';
    faults.push({ path: `${path}/slices/expiry_ms_min`, rule: 'range_is_empty', message });
  }
  if (faults.length > 0) return { ok: false, faults };
  const rules = Object.freeze({ ...slices.values, criteria: Object.freeze(criteria.values) });
  return { ok: true, value: Object.freeze({ version, ...own.values, slices: rules }) };
}
